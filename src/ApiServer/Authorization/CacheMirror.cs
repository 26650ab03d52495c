namespace Tiphys.ApiServer;

/// <summary>
/// Keeps something made of a resource's objects in step with its cache. There is no task behind it: who wants to know looks,
/// and pays for what changed since the last look. The owner locks.
/// </summary>
/// <param name="cache">The cache.</param>
internal sealed class CacheMirror(WatchCache cache)
{
    private WatchCursor? _cursor;
    private long _seen = -1;

    /// <summary>Whether there may be something new; safe without a lock.</summary>
    public bool IsBehind => cache.Revision != Volatile.Read(ref _seen);

    /// <summary>
    /// Hands over what changed: <paramref name="reset"/> before everything is handed over again, then each object's state, null when it is gone.
    /// </summary>
    /// <returns>Whether anything was handed over.</returns>
    public bool CatchUp(Action reset, Action<string, string, StoredObject?> change)
    {
        var revision = cache.Revision;
        var any = false;
        while (true)
        {
            if (_cursor is null)
            {
                (var items, _cursor) = cache.ListAndOpenCursor(Selection.All);
                reset();
                foreach (var item in items) change(item.Namespace, item.Name, item);
                any = true;
            }

            // With a timeout already over, the read never waits.
            var read = _cursor.ReadAsync(Task.CompletedTask, CancellationToken.None);
            var events = read.IsCompletedSuccessfully ? read.Result : throw new InvalidOperationException("a read without a wait waited");
            if (events is null)
            {
                _cursor = null;
                continue;
            }

            if (events.Count == 0) break;
            any = true;
            foreach (var e in events)
            {
                var item = e.After ?? e.Before!;
                change(item.Namespace, item.Name, e.After);
            }
        }

        Volatile.Write(ref _seen, revision);
        return any;
    }
}
