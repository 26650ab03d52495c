namespace Tiphys.Storage.Etcd.Client;

/// <summary>
/// Reads the newest revision for many callers at once: who comes while a read is under way shares the next one, never that one,
/// which may have been answered before the caller came.
/// </summary>
internal sealed class RevisionReader(Func<Task<long>> read)
{
    private readonly Lock _lock = new();
    private Task<long>? _running;
    private Task<long>? _next;

    public Task<long> ReadAsync()
    {
        lock (_lock)
        {
            if (_next is not null) return _next;
            if (_running is null or { IsCompleted: true }) return _running = read();
            return _next = FollowAsync(_running);
        }
    }

    private async Task<long> FollowAsync(Task<long> before)
    {
        await ((Task)before).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Task<long> mine;
        lock (_lock)
        {
            _next = null;
            _running = mine = read();
        }
        return await mine.ConfigureAwait(false);
    }
}
