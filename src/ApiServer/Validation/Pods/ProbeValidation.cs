using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of probes and lifecycle hooks, which run the same kinds of handlers.</summary>
internal static class ProbeValidation
{
    private const string MoreThanOne = "may not specify more than 1 handler type";
    private static readonly string[] s_schemes = ["HTTP", "HTTPS"];
    private static readonly string[] s_windowsSignals = ["SIGKILL", "SIGTERM"];

    public static void Probes(Container container, FieldPath path, FieldErrors errors)
    {
        Probe(container.LivenessProbe, path["livenessProbe"], errors);
        Probe(container.StartupProbe, path["startupProbe"], errors);
        Probe(container.ReadinessProbe, path["readinessProbe"], errors);
        OneSuccess(container.LivenessProbe, path["livenessProbe"], errors);
        OneSuccess(container.StartupProbe, path["startupProbe"], errors);
        if (container.ReadinessProbe?.TerminationGracePeriodSeconds is { } period)
            errors.Invalid(path["readinessProbe"]["terminationGracePeriodSeconds"], period, "must not be set for readinessProbes");
    }

    public static void Lifecycle(Lifecycle? lifecycle, PodSpec spec, FieldPath path, FieldErrors errors)
    {
        if (lifecycle is null) return;
        Hook(lifecycle.PostStart, spec, path["postStart"], errors);
        Hook(lifecycle.PreStop, spec, path["preStop"], errors);
        if (lifecycle.StopSignal is not { } signal) return;
        if (spec.Os is null) errors.Forbidden(path["stopSignal"], "may not be set for containers with empty `spec.os.name`");
        else FieldRules.Supported(signal, spec.Os.Name == OSName.Windows ? s_windowsSignals : StopSignals.All, path["stopSignal"], errors);
    }

    private static void Probe(Probe? probe, FieldPath path, FieldErrors errors)
    {
        if (probe is null) return;
        Handlers(path, errors, probe.Exec, probe.HttpGet, probe.TcpSocket, probe.Grpc, null);
        FieldRules.NotNegative(probe.InitialDelaySeconds, path["initialDelaySeconds"], errors);
        FieldRules.NotNegative(probe.TimeoutSeconds, path["timeoutSeconds"], errors);
        FieldRules.NotNegative(probe.PeriodSeconds, path["periodSeconds"], errors);
        FieldRules.NotNegative(probe.SuccessThreshold, path["successThreshold"], errors);
        FieldRules.NotNegative(probe.FailureThreshold, path["failureThreshold"], errors);
        if (probe.TerminationGracePeriodSeconds <= 0) errors.Invalid(path["terminationGracePeriodSeconds"], probe.TerminationGracePeriodSeconds, "must be greater than 0");
    }

    private static void OneSuccess(Probe? probe, FieldPath path, FieldErrors errors)
    {
        if (probe is not null && probe.SuccessThreshold != 1) errors.Invalid(path["successThreshold"], probe.SuccessThreshold, "must be 1");
    }

    private static void Hook(LifecycleHandler? hook, PodSpec spec, FieldPath path, FieldErrors errors)
    {
        if (hook is null) return;
        Action? sleep = hook.Sleep is { } pause && spec.TerminationGracePeriodSeconds is { } grace
            ? () =>
            {
                if (pause.Seconds < 0 || pause.Seconds > grace) errors.Invalid(path["sleep"], pause.Seconds, $"must be non-negative and less than terminationGracePeriodSeconds ({grace})");
            }
            : hook.Sleep is null ? null : static () => { };
        Handlers(path, errors, hook.Exec, hook.HttpGet, hook.TcpSocket, null, sleep);
    }

    // Only the first handler is looked into; each further one is one too many.
    private static void Handlers(FieldPath path, FieldErrors errors, ExecAction? exec, HTTPGetAction? get, TCPSocketAction? tcp, GRPCAction? grpc, Action? sleep)
    {
        var handlers = 0;
        One(exec is not null, "exec", () => Exec(exec!, path["exec"], errors));
        One(get is not null, "httpGet", () => Get(get!, path["httpGet"], errors));
        One(tcp is not null, "tcpSocket", () => PortRules.Target(tcp!.Port, path["tcpSocket"]["port"], errors));
        One(grpc is not null, "grpc", () => PortRules.Number(grpc!.Port, path["grpc"]["port"], errors));
        One(sleep is not null, "sleep", () => sleep!());
        if (handlers == 0) errors.Required(path, "must specify a handler type");

        void One(bool given, string name, Action check)
        {
            if (!given) return;
            if (handlers++ > 0) errors.Forbidden(path[name], MoreThanOne);
            else check();
        }
    }

    private static void Exec(ExecAction exec, FieldPath path, FieldErrors errors)
    {
        if (exec.Command is not { Count: > 0 }) errors.Required(path["command"]);
    }

    private static void Get(HTTPGetAction get, FieldPath path, FieldErrors errors)
    {
        if (get.Path.Length == 0) errors.Required(path["path"]);
        PortRules.Target(get.Port, path["port"], errors);
        FieldRules.Supported(get.Scheme, s_schemes, path["scheme"], errors);
        foreach (var header in get.HttpHeaders ?? []) errors.Invalid(path["httpHeaders"], header.Name, Names.HeaderErrors(header.Name));
    }
}

/// <summary>The signals a container may ask to be stopped by.</summary>
internal static class StopSignals
{
    private static readonly string[] s_named =
    [
        "SIGABRT", "SIGALRM", "SIGBUS", "SIGCHLD", "SIGCLD", "SIGCONT", "SIGFPE", "SIGHUP", "SIGILL", "SIGINT", "SIGIO", "SIGIOT", "SIGKILL", "SIGPIPE", "SIGPOLL", "SIGPROF",
        "SIGPWR", "SIGQUIT", "SIGSEGV", "SIGSTKFLT", "SIGSTOP", "SIGSYS", "SIGTERM", "SIGTRAP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGUSR1", "SIGUSR2", "SIGVTALRM",
        "SIGWINCH", "SIGXCPU", "SIGXFSZ", "SIGRTMIN", "SIGRTMAX",
    ];

    /// <summary>All of Linux's, in alphabetical order.</summary>
    public static string[] All { get; } =
    [
        .. s_named.Concat(Enumerable.Range(1, 15).Select(static n => $"SIGRTMIN+{n}")).Concat(Enumerable.Range(1, 14).Select(static n => $"SIGRTMAX-{n}")).Order(StringComparer.Ordinal),
    ];
}
