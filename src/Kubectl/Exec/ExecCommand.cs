using System.Net.WebSockets;
using System.Threading.Channels;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;
using Tiphys.Kubectl.CommandLine;
using Tiphys.Kubectl.Pods;
using Tiphys.Kubectl.Resources;
using Tiphys.Kubectl.Terminals;

namespace Tiphys.Kubectl.Exec;

/// <summary><c>kubectl exec</c>.</summary>
internal sealed class ExecCommand : Command
{
    private readonly FileFlags _files;
    private readonly Flag<string> _container;
    private readonly Flag<bool> _stdin;
    private readonly Flag<bool> _tty;
    private readonly Flag<bool> _quiet;
    private readonly Flag<TimeSpan> _timeout;

    public ExecCommand()
    {
        _files = new FileFlags(Flags);
        _container = Flags.String("container", 'c', "", "The container.");
        _stdin = Flags.Bool("stdin", 'i', false, "Pass standard input on.");
        _tty = Flags.Bool("tty", 't', false, "Standard input is a terminal.");
        _quiet = Flags.Bool("quiet", 'q', false, "Print only what the command prints.");
        _timeout = Flags.Duration("pod-running-timeout", null, TimeSpan.FromMinutes(1), "How long to wait for a pod.");
    }

    public override string Name => "exec";

    public override string Summary => "Execute a command in a container";

    public override string Synopsis => "exec (POD | TYPE/NAME) [-c CONTAINER] -- COMMAND [args...]";

    public override async Task<int> RunAsync(CommandContext context, ParsedArguments arguments, CancellationToken cancel)
    {
        var (words, dash) = arguments;
        var name = words.Count > 0 && dash != 0 ? words[0] : "";
        if (dash < 0 && (words.Count > 1 || (words.Count > 0 && !_files.IsEmpty))) throw Usage("exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead");
        _ = context.Cluster.Namespace;
        if (_timeout.Value <= TimeSpan.Zero) throw Usage("--pod-running-timeout must be higher than zero");
        if (name.Length == 0 && _files.IsEmpty) throw new KubectlException("pod, type/name or --filename must be specified");
        var command = dash < 0 ? [] : words.Skip(dash).ToList();
        if (command.Count == 0) throw new KubectlException("you must specify at least one command for the container");
        var pod = await PodAsync(context, name, cancel);
        if (pod.Status.Phase is "Succeeded" or "Failed") throw new KubectlException($"cannot exec into a container in a completed pod; current phase is {pod.Status.Phase}");
        var container = Container(context, pod);
        if (WantsTerminal(context) && !OperatingSystem.IsWindows())
        {
            await using var terminal = RawTerminal.Enter();
            return await ExecuteAsync(context, pod, container, command, terminal.Sizes, cancel);
        }

        return await ExecuteAsync(context, pod, container, command, null, cancel);
    }

    /// <summary>Runs the command, in a terminal when there are sizes of one.</summary>
    private async Task<int> ExecuteAsync(CommandContext context, Pod pod, string container, List<string> command, ChannelReader<(int Columns, int Rows)>? sizes, CancellationToken cancel)
    {
        using var remote = new RemoteCommand(await ConnectAsync(context, pod, container, command, sizes is not null, cancel));
        var streams = context.Streams;
        var status = await remote.RunAsync(_stdin.Value ? streams.RawInput : null, streams.RawOutput, sizes is null ? streams.RawError : null, sizes, cancel);
        return Ended(status);
    }

    private async Task<Pod> PodAsync(CommandContext context, string name, CancellationToken cancel)
    {
        var query = new ResourceQuery
        {
            Arguments = name.Length == 0 ? [] : name.Contains('/', StringComparison.Ordinal) ? [name] : ["pods", name],
            Files = _files,
            Namespace = context.Cluster.Namespace,
            EnforceNamespace = context.Cluster.NamespaceGiven,
        };
        var (infos, error) = await (await new ResourceFinder(context.Cluster, context.Streams).FindAsync(query, cancel)).InfosAsync(cancel);
        if (error is not null) throw error;
        if (infos.Count != 1) throw new KubectlException("cannot exec into multiple objects at a time");
        var pods = await new PodFinder(context, _timeout.Value).FindAsync(Json.Bytes(infos[0].Object), infos[0], "cannot attach to", new PodOrder(troubledFirst: false), cancel);
        return pods[0];
    }

    private string Container(CommandContext context, Pod pod)
    {
        if (_container.Value.Length > 0) return PodContainers.Has(pod, _container.Value) ? _container.Value : throw PodContainers.Invalid(pod, _container.Value);
        if (pod.Spec.Containers.Count == 0) throw new KubectlException($"pod {pod.Metadata.Namespace}/{pod.Metadata.Name} does not have any containers");
        if (PodContainers.Annotated(pod) is { Length: > 0 } annotated) return PodContainers.Has(pod, annotated) ? annotated : throw PodContainers.Invalid(pod, annotated);
        var first = pod.Spec.Containers[0].Name;
        if (!_quiet.Value && PodContainers.IsAmbiguous(pod)) context.Error.WriteLine(PodContainers.DefaultedText(pod, first));
        return first;
    }

    /// <summary>Whether the command is to have a terminal and we are at one.</summary>
    private bool WantsTerminal(CommandContext context)
    {
        if (!_tty.Value || !_stdin.Value) return false;
        if (context.Streams.InputIsTerminal) return true;
        if (!_quiet.Value) context.Error.WriteLine("Unable to use a TTY - input is not a terminal or the right kind of file");
        return false;
    }

    private async Task<WebSocket> ConnectAsync(CommandContext context, Pod pod, string container, List<string> command, bool tty, CancellationToken cancel)
    {
        var query = string.Concat(command.Select(static c => $"command={Uri.EscapeDataString(c)}&")) + $"container={Uri.EscapeDataString(container)}";
        if (_stdin.Value) query += "&stdin=true";
        query += tty ? "&stdout=true&tty=true" : "&stderr=true&stdout=true";
        try
        {
            return await context.Cluster.Client.OpenWebSocketAsync($"api/v1/namespaces/{pod.Metadata.Namespace}/pods/{pod.Metadata.Name}/exec?{query}", RemoteCommand.Protocols, cancel);
        }
        catch (Exception e) when (e is WebSocketException or ApiException)
        {
            throw new KubectlException($"unable to upgrade connection: {e.Message}");
        }
    }

    private static int Ended(Status? status)
    {
        if (status is null || status.Result == "Success") return 0;
        var code = status.Reason == "NonZeroExitCode" ? status.Details?.Causes?.Find(static c => c.Reason == "ExitCode")?.Message : null;
        if (int.TryParse(code, out var number)) throw new ExitException(number, $"command terminated with exit code {number}");
        throw new KubectlException(status.Message.Length > 0 ? status.Message : "error stream protocol error: unknown error");
    }
}
