namespace Tiphys.Api.Core.V1;

/// <summary>Query parameters of a request for a container's log.</summary>
[ApiKind("", "v1")]
public sealed partial class PodLogOptions
{
    /// <summary>Container to read; may be left out for pods with one container.</summary>
    [Field(1)]
    public string Container { get; set; } = "";

    /// <summary>Keeps the stream open for new lines.</summary>
    [Field(2)]
    public bool Follow { get; set; }

    /// <summary>Reads the log of the previous, ended run.</summary>
    [Field(3)]
    public bool Previous { get; set; }

    /// <summary>Only lines of the last so many seconds.</summary>
    [Field(4)]
    public long? SinceSeconds { get; set; }

    /// <summary>Only lines from this time on.</summary>
    [Field(5)]
    public DateTimeOffset? SinceTime { get; set; }

    /// <summary>Puts a time before each line.</summary>
    [Field(6)]
    public bool Timestamps { get; set; }

    /// <summary>Only so many last lines.</summary>
    [Field(7)]
    public long? TailLines { get; set; }

    /// <summary>Stops after so many bytes.</summary>
    [Field(8)]
    public long? LimitBytes { get; set; }

    /// <summary>Does not verify the kubelet's certificate.</summary>
    [Field(9)]
    public bool InsecureSkipTLSVerifyBackend { get; set; }

    /// <summary>Which stream to read: All, Stdout or Stderr.</summary>
    [Field(10)]
    public string? Stream { get; set; }
}

/// <summary>Streams of a container's log.</summary>
public static class LogStream
{
    /// <summary>Standard output.</summary>
    public const string Stdout = "Stdout";

    /// <summary>Standard error.</summary>
    public const string Stderr = "Stderr";

    /// <summary>Both, interleaved.</summary>
    public const string All = "All";
}

/// <summary>Query parameters of an attach request.</summary>
[ApiKind("", "v1")]
public sealed partial class PodAttachOptions
{
    /// <summary>Attaches standard input.</summary>
    [Field(1)]
    public bool Stdin { get; set; }

    /// <summary>Attaches standard output.</summary>
    [Field(2)]
    public bool Stdout { get; set; }

    /// <summary>Attaches standard error.</summary>
    [Field(3)]
    public bool Stderr { get; set; }

    /// <summary>The container has a terminal.</summary>
    [Field(4)]
    public bool Tty { get; set; }

    /// <summary>Container to attach to; may be left out for pods with one container.</summary>
    [Field(5)]
    public string Container { get; set; } = "";
}

/// <summary>Query parameters of an exec request.</summary>
[ApiKind("", "v1")]
public sealed partial class PodExecOptions
{
    /// <summary>Attaches standard input.</summary>
    [Field(1)]
    public bool Stdin { get; set; }

    /// <summary>Attaches standard output.</summary>
    [Field(2)]
    public bool Stdout { get; set; }

    /// <summary>Attaches standard error.</summary>
    [Field(3)]
    public bool Stderr { get; set; }

    /// <summary>Gives the command a terminal.</summary>
    [Field(4)]
    public bool Tty { get; set; }

    /// <summary>Container to run in; may be left out for pods with one container.</summary>
    [Field(5)]
    public string Container { get; set; } = "";

    /// <summary>Command and arguments, without a shell.</summary>
    [Field(6), Required, Atomic]
    public List<string> Command { get; set; } = [];
}

/// <summary>Query parameters of a port-forward request over WebSockets.</summary>
[ApiKind("", "v1")]
public sealed partial class PodPortForwardOptions
{
    /// <summary>Ports to forward to.</summary>
    [Field(1), Atomic]
    public List<int>? Ports { get; set; }
}

/// <summary>Query parameters of a proxy request to a pod.</summary>
[ApiKind("", "v1")]
public sealed partial class PodProxyOptions
{
    /// <summary>URL path to ask the pod for.</summary>
    [Field(1)]
    public string Path { get; set; } = "";
}

/// <summary>Query parameters of a proxy request to a node.</summary>
[ApiKind("", "v1")]
public sealed partial class NodeProxyOptions
{
    /// <summary>URL path to ask the node for.</summary>
    [Field(1)]
    public string Path { get; set; } = "";
}

/// <summary>Query parameters of a proxy request to a service.</summary>
[ApiKind("", "v1")]
public sealed partial class ServiceProxyOptions
{
    /// <summary>URL path to ask the service for.</summary>
    [Field(1)]
    public string Path { get; set; } = "";
}
