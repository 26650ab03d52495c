using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Controllers;

/// <summary>
/// How fast nodes may be emptied, by zone: when many are unreachable at once, the trouble is likelier on this side of the
/// network, and emptying them would make it worse.
/// </summary>
internal sealed class NodeZones(ControllerManagerOptions options, TimeProvider time)
{
    private readonly Dictionary<string, (double Tokens, long At)> _buckets = new(StringComparer.Ordinal);

    /// <summary>Zone of a node: region and zone.</summary>
    public static string Of(Node node) =>
        $"{node.Metadata.Labels?.GetValueOrDefault(WellKnownLabels.TopologyRegion)}:\0:{node.Metadata.Labels?.GetValueOrDefault(WellKnownLabels.TopologyZone)}";

    /// <summary>Whether no node anywhere is ready: then nothing is emptied.</summary>
    public static bool AllDown(IReadOnlyList<Node> nodes) => nodes.Count > 0 && nodes.All(static n => !IsReady(n));

    /// <summary>Takes leave to empty a node; otherwise the time to wait, or null while the zone is not emptied at all.</summary>
    public (bool Taken, TimeSpan? Wait) Take(string zone, IReadOnlyList<Node> nodes)
    {
        var members = nodes.Where(n => Of(n) == zone).ToList();
        var down = members.Count(static n => !IsReady(n));
        var partial = down > 2 && down < members.Count && (double)down / members.Count >= options.UnhealthyZoneThreshold;
        var rate = !partial ? options.NodeEvictionRate : members.Count > options.LargeClusterSizeThreshold ? options.SecondaryNodeEvictionRate : 0;
        if (rate <= 0) return (false, null);
        lock (_buckets)
        {
            var (tokens, at) = _buckets.GetValueOrDefault(zone, (1.0, time.GetTimestamp()));
            tokens = Math.Min(1, tokens + (time.GetElapsedTime(at).TotalSeconds * rate));
            var taken = tokens >= 0.999;
            _buckets[zone] = (taken ? 0 : tokens, time.GetTimestamp());
            return (taken, taken ? null : TimeSpan.FromSeconds((1 - tokens) / rate));
        }
    }

    /// <summary>Whether a node's kubelet says it is ready.</summary>
    public static bool IsReady(Node node) => node.Status.Conditions?.Find(static c => c.Type == NodeConditionType.Ready)?.Status == ConditionStatus.True;
}
