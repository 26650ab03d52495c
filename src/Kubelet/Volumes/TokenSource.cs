using System.Collections.Concurrent;
using Tiphys.Api.Authentication.V1;
using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Volumes;

/// <summary>Keeps pods' service account tokens fresh: each is replaced after four fifths of its life, or a day.</summary>
internal sealed class TokenSource(IConfigSource config, TimeProvider time)
{
    private static readonly TimeSpan LongestUse = TimeSpan.FromHours(24);
    private readonly ConcurrentDictionary<string, (TokenRequestStatus Token, DateTimeOffset RenewAt)> _tokens = new(StringComparer.Ordinal);

    public async Task<string> GetAsync(Pod pod, string audience, long expirationSeconds, CancellationToken cancel)
    {
        var key = $"{pod.Metadata.Uid}/{audience}/{expirationSeconds}";
        var now = time.GetUtcNow();
        if (_tokens.TryGetValue(key, out var known) && now < known.RenewAt) return known.Token.Token;
        try
        {
            var token = await config.CreateTokenAsync(pod, audience, expirationSeconds, cancel).ConfigureAwait(false);
            var life = (token.ExpirationTimestamp ?? now.AddSeconds(expirationSeconds)) - now;
            var use = life * 0.8 < LongestUse ? life * 0.8 : LongestUse;
            _tokens[key] = (token, now + use);
            return token.Token;
        }
        catch (Exception e) when (e is not OperationCanceledException && known.Token?.ExpirationTimestamp > now)
        {
            return known.Token.Token; // still good; the next round tries again
        }
    }

    /// <summary>Forgets a pod's tokens.</summary>
    public void Forget(string podUid)
    {
        foreach (var key in _tokens.Keys.Where(k => k.StartsWith(podUid + "/", StringComparison.Ordinal))) _tokens.TryRemove(key, out _);
    }
}
