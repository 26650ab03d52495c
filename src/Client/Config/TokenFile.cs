namespace Tiphys.Client;

/// <summary>A bearer token in a file, re-read at most once a minute, as client-go does.</summary>
internal sealed class TokenFile(string path, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);
    private (string Token, long ReadAt)? _cached;

    public async ValueTask<string?> GetAsync(CancellationToken cancel)
    {
        if (_cached is { } cached && time.GetElapsedTime(cached.ReadAt) < Fresh) return cached.Token;
        var token = (await File.ReadAllTextAsync(path, cancel)).Trim();
        _cached = (token, time.GetTimestamp());
        return token;
    }
}
