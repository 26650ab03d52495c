using System.Globalization;
using Tiphys.Api.Core.V1;
using Tiphys.Client;
using Tiphys.Kubectl.CommandLine;
using Tiphys.Kubectl.Pods;
using Tiphys.Kubectl.Resources;

namespace Tiphys.Kubectl.Logs;

/// <summary><c>kubectl logs</c>.</summary>
internal sealed class LogsCommand : Command
{
    private const string Expected = "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command";
    private readonly Flag<bool> _allPods;
    private readonly Flag<bool> _allContainers;
    private readonly Flag<bool> _follow;
    private readonly Flag<bool> _timestamps;
    private readonly Flag<long> _limitBytes;
    private readonly Flag<bool> _previous;
    private readonly Flag<long> _tail;
    private readonly Flag<bool> _ignoreErrors;
    private readonly Flag<string> _sinceTime;
    private readonly Flag<TimeSpan> _since;
    private readonly Flag<string> _container;
    private readonly Flag<bool> _insecure;
    private readonly Flag<TimeSpan> _timeout;
    private readonly Flag<string> _selector;
    private readonly Flag<long> _maxRequests;
    private readonly Flag<bool> _prefix;

    public LogsCommand()
    {
        _allPods = Flags.Bool("all-pods", null, false, "Logs of all pods, with prefixes.");
        _allContainers = Flags.Bool("all-containers", null, false, "Logs of all containers.");
        _follow = Flags.Bool("follow", 'f', false, "Stream the logs as they grow.");
        _timestamps = Flags.Bool("timestamps", null, false, "Put the time before each line.");
        _limitBytes = Flags.Int("limit-bytes", null, 0, "Most bytes to show; 0 for no limit.");
        _previous = Flags.Bool("previous", 'p', false, "Logs of the container's previous instance.");
        _tail = Flags.Int("tail", null, -1, "Last lines to show; -1 for all, or 10 with a selector.");
        _ignoreErrors = Flags.Bool("ignore-errors", null, false, "Go on when logs cannot be had.");
        _sinceTime = Flags.String("since-time", null, "", "Only lines after this time (RFC 3339).");
        _since = Flags.Duration("since", null, TimeSpan.Zero, "Only lines younger than this.");
        _container = Flags.String("container", 'c', "", "The container.");
        _insecure = Flags.Bool("insecure-skip-tls-verify-backend", null, false, "Do not check the kubelet's certificate.");
        _timeout = Flags.Duration("pod-running-timeout", null, TimeSpan.FromSeconds(20), "How long to wait for a pod.");
        _selector = Flags.String("selector", 'l', "", "Label selector.");
        _maxRequests = Flags.Int("max-log-requests", null, 5, "Most logs to follow at once.");
        _prefix = Flags.Bool("prefix", null, false, "Put pod and container before each line.");
    }

    public override string Name => "logs";

    public override string Summary => "Print the logs for a container in a pod";

    public override string Synopsis => "logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]";

    public override async Task<int> RunAsync(CommandContext context, ParsedArguments arguments, CancellationToken cancel)
    {
        var names = arguments.Arguments;
        if (names.Count > 2 || (names.Count == 0 && _selector.Value.Length == 0)) throw Usage(Expected);
        if (names.Count == 1 && _selector.Value.Length > 0) throw Usage("only a selector (-l) or a POD name is allowed");
        _ = context.Cluster.Namespace;
        if (_timeout.Value <= TimeSpan.Zero) throw new KubectlException("--pod-running-timeout must be higher than zero");
        var sinceTime = SinceTime();
        var container = names.Count == 2 ? names[1] : _container.Value;
        var (pods, several) = await TargetsAsync(context, names.Count > 0 ? names[0] : "", cancel);
        Validate(container, names.Count == 2);
        pods = await ChosenAsync(context, pods, cancel);
        var requests = pods.SelectMany(p => Requests(context, p, container, sinceTime, several)).ToList();
        if (_follow.Value && requests.Count > 1 && requests.Count > _maxRequests.Value)
            throw new KubectlException($"you are attempting to follow {requests.Count} log streams, but maximum allowed concurrency is {_maxRequests.Value}, use --max-log-requests to increase the limit");
        await new LogReader(context, _follow.Value, _ignoreErrors.Value, _timeout.Value).ReadAsync(requests, cancel);
        return 0;
    }

    private List<(byte[] Item, ResourceInfo Info)> _objects = [];

    /// <summary>The pods of a selector, or the object the arguments name.</summary>
    private async Task<(List<Pod> Pods, bool Several)> TargetsAsync(CommandContext context, string name, CancellationToken cancel)
    {
        if (name.Length == 0)
        {
            var list = await context.Cluster.Client.Resource<Pod>().ListAsync(context.Cluster.Namespace, new ListQuery { LabelSelector = _selector.Value }, cancel);
            if (list.Items.Count == 0) context.Error.WriteLine($"No resources found in {context.Cluster.Namespace} namespace.");
            return (list.Items, false);
        }

        var query = new ResourceQuery { Arguments = name.Contains('/', StringComparison.Ordinal) ? [name] : ["pods", name], Namespace = context.Cluster.Namespace, SingleType = true };
        var result = await new ResourceFinder(context.Cluster, context.Streams).FindAsync(query, cancel);
        var (infos, error) = await result.InfosAsync(cancel);
        if (error is ApiException { IsNotFound: true }) throw new KubectlException($"error from server (NotFound): {error.Message} in namespace {Quoting.Quote(context.Cluster.Namespace)}");
        if (error is not null) throw error;
        if (infos.Count != 1) throw new KubectlException("expected a resource");
        _objects = [(Json.Bytes(infos[0].Object), infos[0])];
        return ([], _allPods.Value);
    }

    private async Task<List<Pod>> ChosenAsync(CommandContext context, List<Pod> pods, CancellationToken cancel)
    {
        foreach (var (item, info) in _objects)
        {
            var found = await new PodFinder(context, _timeout.Value).FindAsync(item, info, "cannot get the logs from", new PodOrder(troubledFirst: true), cancel);
            if (_allPods.Value) pods.AddRange(found);
            else
            {
                if (found.Count > 1) context.Error.WriteLine($"Found {found.Count} pods, using pod/{found[0].Metadata.Name}");
                pods.Add(found[0]);
            }
        }

        return pods;
    }

    private IEnumerable<LogRequest> Requests(CommandContext context, Pod pod, string container, string sinceTime, bool quiet)
    {
        if (_allContainers.Value) return [.. PodContainers.InLogOrder(pod).Select(c => Request(pod, c, sinceTime))];
        if (container.Length == 0 && PodContainers.Annotated(pod) is { Length: > 0 } annotated)
        {
            if (PodContainers.Has(pod, annotated)) container = annotated;
            else context.Error.WriteLine($"Default container name {Quoting.Quote(annotated)} not found in pod {pod.Metadata.Name}");
        }

        if (container.Length == 0)
        {
            container = pod.Spec.Containers[0].Name;
            if (PodContainers.IsAmbiguous(pod) && !quiet) context.Error.WriteLine(PodContainers.DefaultedText(pod, container));
        }

        if (!PodContainers.Has(pod, container)) throw PodContainers.Invalid(pod, container);
        return [Request(pod, container, sinceTime)];
    }

    private LogRequest Request(Pod pod, string container, string sinceTime)
    {
        var query = new List<string> { $"container={Uri.EscapeDataString(container)}" };
        if (_follow.Value) query.Add("follow=true");
        if (_previous.Value) query.Add("previous=true");
        if (_timestamps.Value) query.Add("timestamps=true");
        if (_insecure.Value) query.Add("insecureSkipTLSVerifyBackend=true");
        if (sinceTime.Length > 0) query.Add($"sinceTime={Uri.EscapeDataString(sinceTime)}");
        if (_since.Value != TimeSpan.Zero) query.Add(string.Create(CultureInfo.InvariantCulture, $"sinceSeconds={SinceSeconds}"));
        if (TailLines is { } lines) query.Add(string.Create(CultureInfo.InvariantCulture, $"tailLines={lines}"));
        if (_limitBytes.Value != 0) query.Add(string.Create(CultureInfo.InvariantCulture, $"limitBytes={_limitBytes.Value}"));
        var prefix = _prefix.Value || _allPods.Value ? $"[pod/{pod.Metadata.Name}/{container}] " : "";
        return new LogRequest($"api/v1/namespaces/{pod.Metadata.Namespace}/pods/{pod.Metadata.Name}/log?{string.Join('&', query)}", prefix);
    }

    private long SinceSeconds => (long)Math.Round(_since.Value.TotalSeconds, MidpointRounding.AwayFromZero);

    private long? TailLines => _tail.Value != -1 ? _tail.Value : _selector.Value.Length > 0 && !_tail.Changed ? 10 : null;

    private string SinceTime()
    {
        if (_sinceTime.Value.Length == 0) return "";
        if (DateTimeOffset.TryParseExact(_sinceTime.Value, ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            return time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        throw new KubectlException($"parsing time {Quoting.Quote(_sinceTime.Value)} as \"2006-01-02T15:04:05Z07:00\": cannot parse {Quoting.Quote(_sinceTime.Value)} as \"2006\"");
    }

    private void Validate(string container, bool inline)
    {
        if (_sinceTime.Value.Length > 0 && _since.Value != TimeSpan.Zero) throw new KubectlException("at most one of `sinceTime` or `sinceSeconds` may be specified");
        if (_allContainers.Value && container.Length > 0) throw new KubectlException($"--all-containers=true should not be specified with container name {container}");
        if (_container.Changed && inline) throw new KubectlException("only one of -c or an inline [CONTAINER] arg is allowed");
        if (_limitBytes.Value < 0) throw new KubectlException("--limit-bytes must be greater than 0");
        if (SinceSeconds < 0) throw new KubectlException("--since must be greater than 0");
        if (TailLines < -1) throw new KubectlException("--tail must be greater than or equal to -1");
    }
}
