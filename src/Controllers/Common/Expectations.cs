namespace Tiphys.Controllers;

/// <summary>
/// Remembers which of a controller's own writes its informers have not shown yet (upstream's ControllerExpectations with uid
/// tracking). An owner whose expectations are open is not acted on: what the cache says of it is known to be behind, and
/// acting on it would create surplus pods.
/// </summary>
internal sealed class Expectations(TimeProvider time)
{
    /// <summary>After this long an expectation is given up: the event must have been lost.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Expected> _expected = new(StringComparer.Ordinal);

    /// <summary>Whether everything expected of this owner was seen.</summary>
    public bool Satisfied(string owner)
    {
        lock (_lock)
        {
            if (!_expected.TryGetValue(owner, out var expected)) return true;
            return (expected.Creations <= 0 && expected.Deletions.Count == 0) || time.GetElapsedTime(expected.Since) > Timeout;
        }
    }

    /// <summary>The owner is about to create this many.</summary>
    public void ExpectCreations(string owner, int count)
    {
        lock (_lock) Begin(owner).Creations = count;
    }

    /// <summary>The owner is about to delete these.</summary>
    public void ExpectDeletions(string owner, IEnumerable<string> uids)
    {
        lock (_lock) Begin(owner).Deletions.UnionWith(uids);
    }

    /// <summary>Besides what it creates, the owner is about to delete these.</summary>
    public void AlsoExpectDeletions(string owner, IEnumerable<string> uids)
    {
        lock (_lock)
        {
            if (!_expected.TryGetValue(owner, out var expected)) expected = Begin(owner);
            expected.Deletions.UnionWith(uids);
        }
    }

    /// <summary>A creation was seen, or did not happen after all.</summary>
    public void CreationObserved(string owner, int count = 1)
    {
        lock (_lock)
            if (_expected.TryGetValue(owner, out var expected)) expected.Creations -= count;
    }

    /// <summary>A deletion was seen, or did not happen after all.</summary>
    public void DeletionObserved(string owner, string uid)
    {
        lock (_lock)
            if (_expected.TryGetValue(owner, out var expected)) expected.Deletions.Remove(uid);
    }

    /// <summary>The owner is gone.</summary>
    public void Forget(string owner)
    {
        lock (_lock) _expected.Remove(owner);
    }

    private Expected Begin(string owner) => _expected[owner] = new Expected { Since = time.GetTimestamp() };

    private sealed class Expected
    {
        public int Creations { get; set; }

        public HashSet<string> Deletions { get; } = new(StringComparer.Ordinal);

        public long Since { get; init; }
    }
}
