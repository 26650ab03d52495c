namespace Tiphys.Api.Core.V1;

/// <summary>How a container is checked; exactly one is set.</summary>
[ApiType]
public partial class ProbeHandler
{
    /// <summary>Runs a command in the container; exit code 0 is success.</summary>
    [Field(1)]
    public ExecAction? Exec { get; set; }

    /// <summary>Sends an HTTP request; codes from 200 to 399 are success.</summary>
    [Field(2)]
    public HTTPGetAction? HttpGet { get; set; }

    /// <summary>Opens a TCP connection.</summary>
    [Field(3)]
    public TCPSocketAction? TcpSocket { get; set; }

    /// <summary>Asks the gRPC health service.</summary>
    [Field(4)]
    public GRPCAction? Grpc { get; set; }
}

/// <summary>A check a kubelet makes on a container again and again.</summary>
[ApiType]
[EmbedsBase(1)]
public sealed partial class Probe : ProbeHandler
{
    /// <summary>Seconds after the container started before the first check.</summary>
    [Field(2)]
    public int InitialDelaySeconds { get; set; }

    /// <summary>Seconds after which a check counts as failed.</summary>
    [Field(3), Default(1)]
    public int TimeoutSeconds { get; set; }

    /// <summary>Seconds between checks.</summary>
    [Field(4), Default(10)]
    public int PeriodSeconds { get; set; }

    /// <summary>Successes in a row that make a failed check good again; 1 for liveness and startup.</summary>
    [Field(5), Default(1)]
    public int SuccessThreshold { get; set; }

    /// <summary>Failures in a row that make the probe fail.</summary>
    [Field(6), Default(3)]
    public int FailureThreshold { get; set; }

    /// <summary>Seconds the container gets to end when the probe fails; the pod's when unset.</summary>
    [Field(7)]
    public long? TerminationGracePeriodSeconds { get; set; }
}

/// <summary>An HTTP GET request to a container.</summary>
[ApiType]
public sealed partial class HTTPGetAction
{
    /// <summary>Path to ask for.</summary>
    [Field(1), Default("/")]
    public string Path { get; set; } = "";

    /// <summary>Number or name of the port.</summary>
    [Field(2), Required]
    public IntOrString Port { get; set; }

    /// <summary>Host to connect to; the pod's address when empty.</summary>
    [Field(3)]
    public string Host { get; set; } = "";

    /// <summary>Scheme to use.</summary>
    [Field(4), OneOf(typeof(UriScheme)), Default(UriScheme.Http)]
    public string Scheme { get; set; } = "";

    /// <summary>Headers to send; names may repeat.</summary>
    [Field(5), Atomic]
    public List<HTTPHeader>? HttpHeaders { get; set; }
}

/// <summary>Schemes of an HTTP request.</summary>
public static class UriScheme
{
    /// <summary>Plain HTTP.</summary>
    public const string Http = "HTTP";

    /// <summary>HTTP over TLS, certificate not verified.</summary>
    public const string Https = "HTTPS";
}

/// <summary>A header of a request.</summary>
[ApiType]
public sealed partial class HTTPHeader
{
    /// <summary>Name of the header.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Value of the header.</summary>
    [Field(2), Required]
    public string Value { get; set; } = "";
}

/// <summary>A TCP connection to a container.</summary>
[ApiType]
public sealed partial class TCPSocketAction
{
    /// <summary>Number or name of the port.</summary>
    [Field(1), Required]
    public IntOrString Port { get; set; }

    /// <summary>Host to connect to; the pod's address when empty.</summary>
    [Field(2)]
    public string Host { get; set; } = "";
}

/// <summary>A call of the gRPC health service of a container.</summary>
[ApiType]
public sealed partial class GRPCAction
{
    /// <summary>Number of the port.</summary>
    [Field(1), Required]
    public int Port { get; set; }

    /// <summary>Service name put into the request; empty asks for the server as a whole.</summary>
    [Field(2), AlwaysShown, Default("", Published = true)]
    public string? Service { get; set; }
}

/// <summary>A command run in a container.</summary>
[ApiType]
public sealed partial class ExecAction
{
    /// <summary>Command and arguments, without a shell.</summary>
    [Field(1), Atomic]
    public List<string>? Command { get; set; }
}

/// <summary>A pause.</summary>
[ApiType]
public sealed partial class SleepAction
{
    /// <summary>Seconds to sleep.</summary>
    [Field(1), Required]
    public long Seconds { get; set; }
}

/// <summary>Actions around the life of a container.</summary>
[ApiType]
public sealed partial class Lifecycle
{
    /// <summary>Runs right after the start; its failure ends the container.</summary>
    [Field(1)]
    public LifecycleHandler? PostStart { get; set; }

    /// <summary>Runs before the container is told to stop; the grace period counts during it.</summary>
    [Field(2)]
    public LifecycleHandler? PreStop { get; set; }

    /// <summary>Signal that asks the container to stop; the image's or the runtime's when unset.</summary>
    [Field(3), OneOf(typeof(Signal))]
    public string? StopSignal { get; set; }
}

/// <summary>An action on a container; exactly one is set.</summary>
[ApiType]
public sealed partial class LifecycleHandler
{
    /// <summary>Runs a command in the container.</summary>
    [Field(1)]
    public ExecAction? Exec { get; set; }

    /// <summary>Sends an HTTP request.</summary>
    [Field(2)]
    public HTTPGetAction? HttpGet { get; set; }

    /// <summary>Not supported; kept for older objects.</summary>
    [Field(3)]
    public TCPSocketAction? TcpSocket { get; set; }

    /// <summary>Pauses.</summary>
    [Field(4)]
    public SleepAction? Sleep { get; set; }
}
