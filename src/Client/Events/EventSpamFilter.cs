using Tiphys.Api.Core.V1;

namespace Tiphys.Client;

/// <summary>
/// A token bucket for what is normal about each object and one for warnings: a burst of 25 events, then one every five minutes, as
/// client-go's filter allows.
/// </summary>
internal sealed class EventSpamFilter(TimeProvider time, int mostKept)
{
    private const double Burst = 25;
    private const double PerSecond = 1 / 300.0;
    private readonly RecentTable<(string, string, string, string, string, string), (double Tokens, long At)> _buckets = new(mostKept);

    public bool Allow(Event item)
    {
        var about = item.InvolvedObject;
        var key = (about.Kind, about.ApiVersion, about.Namespace, about.Name, about.Uid, item.Type);
        var now = time.GetTimestamp();
        var (tokens, at) = _buckets.TryGet(key, out var bucket) ? bucket : (Burst, now);
        tokens = Math.Min(Burst, tokens + (time.GetElapsedTime(at, now).TotalSeconds * PerSecond));
        var allowed = tokens >= 1;
        _buckets.Set(key, (allowed ? tokens - 1 : tokens, now));
        return allowed;
    }
}
