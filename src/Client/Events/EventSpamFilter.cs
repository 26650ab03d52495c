using Tiphys.Api.Core.V1;

namespace Tiphys.Client;

/// <summary>A token bucket for each object: a burst of 25 events, then one every five minutes, as client-go's filter allows.</summary>
internal sealed class EventSpamFilter(TimeProvider time)
{
    private const double Burst = 25;
    private const double PerSecond = 1 / 300.0;
    private const int MostObjects = 4096;
    private readonly Dictionary<(string, string, string, string, string), (double Tokens, long At)> _buckets = [];

    public bool Allow(ObjectReference about, string component)
    {
        if (_buckets.Count >= MostObjects) _buckets.Clear();
        var key = (component, about.Kind, about.Namespace, about.Name, about.Uid);
        var (tokens, at) = _buckets.GetValueOrDefault(key, (Burst, time.GetTimestamp()));
        tokens = Math.Min(Burst, tokens + (time.GetElapsedTime(at).TotalSeconds * PerSecond));
        var allowed = tokens >= 1;
        _buckets[key] = (allowed ? tokens - 1 : tokens, time.GetTimestamp());
        return allowed;
    }
}
