namespace Tiphys.Storage.Tests.Linearizability;

/// <summary>
/// Whether a history of operations and the changes that watches delivered are those of one correct store: each key linearizable,
/// revisions in real-time order over all keys, every acknowledged write delivered exactly as it was made, in order, without gap.
/// </summary>
internal static class HistoryChecker
{
    /// <summary>What is wrong, or null.</summary>
    /// <param name="operations">All operations, those without an answer included.</param>
    /// <param name="changes">Every change from revision 2 on, in the order of delivery.</param>
    public static string? Check(IReadOnlyList<Operation> operations, IReadOnlyList<Change> changes) =>
        Changes(changes) ?? Delivered(operations, changes) ?? RealTime(operations) ?? Keys(operations, changes);

    private static string? Changes(IReadOnlyList<Change> changes)
    {
        for (var i = 0; i < changes.Count; i++)
        {
            if (changes[i].Revision != i + 2)
                return $"the watch delivered {changes[i]} where revision {i + 2} was due";
        }
        return null;
    }

    private static string? Delivered(IReadOnlyList<Operation> operations, IReadOnlyList<Change> changes)
    {
        var attempted = operations.Where(static o => o.Kind == OperationKind.PutIf).Select(static o => (o.Key, o.Value)).ToHashSet();
        foreach (var change in changes)
        {
            if (change.Value is not null && !attempted.Contains((change.Key, change.Value)))
                return $"the watch delivered {change}, which nobody wrote";
        }
        foreach (var write in operations.Where(static o => o is { IsKnown: true, Succeeded: true, Kind: not OperationKind.Get }))
        {
            // Deleting what does not exist succeeds and changes nothing.
            if (write is { Kind: OperationKind.DeleteIf, Expected: 0 })
                continue;
            var value = write.Kind == OperationKind.PutIf ? write.Value : null;
            var at = write.Revision - 2;
            if (at < 0 || at >= changes.Count || changes[(int)at] is var change && (change.Key != write.Key || change.Value != value))
                return $"acknowledged but not delivered: {write}";
        }
        return null;
    }

    // What returned before something was called has the lower revision, whatever the keys.
    private static string? RealTime(IReadOnlyList<Operation> operations)
    {
        var events = operations.Where(static o => o.IsKnown).SelectMany(static o => new[] { (Time: o.Called, IsCall: true, o), (Time: o.Returned, IsCall: false, o) })
            .OrderBy(static e => e.Time);
        var floors = new Dictionary<Operation, long>(ReferenceEqualityComparer.Instance);
        long highest = 0;
        foreach (var (_, isCall, operation) in events)
        {
            if (isCall)
            {
                floors[operation] = highest;
                continue;
            }
            var made = operation is { Succeeded: true, Kind: OperationKind.PutIf };
            if (operation.Revision < floors[operation] || (made && operation.Revision == floors[operation]))
                return $"{operation} was answered after revision {floors[operation]} had been seen";
            highest = Math.Max(highest, operation.Revision);
        }
        return null;
    }

    private static string? Keys(IReadOnlyList<Operation> operations, IReadOnlyList<Change> changes)
    {
        var revisions = changes.Where(static c => c.Value is not null).ToDictionary(static c => c.Value!, static c => c.Revision);
        foreach (var key in operations.GroupBy(static o => o.Key))
        {
            var settled = new List<Operation>();
            var deletions = changes.Where(c => c.Key == key.Key && c.Value is null).Select(static c => c.Revision).ToHashSet();
            deletions.ExceptWith(key.Where(static o => o is { IsKnown: true, Succeeded: true, Kind: OperationKind.DeleteIf, Expected: > 0 }).Select(static o => o.Revision));
            foreach (var operation in key)
            {
                if (operation.IsKnown)
                    settled.Add(operation);
                else if (operation.Kind == OperationKind.PutIf && revisions.TryGetValue(operation.Value, out var revision))
                    settled.Add(operation with { Succeeded = true, Revision = revision });
                else if (operation.Kind == OperationKind.DeleteIf && TakeDeletion(changes, key.Key, operation, deletions) is > 0 and var deleted)
                    settled.Add(operation with { Succeeded = true, Revision = deleted });
            }
            if (deletions.Count > 0)
                return $"deletions of {key.Key} that nobody asked for: {string.Join(", ", deletions)}";
            if (KeyChecker.Misfit(settled) is { } misfit)
            {
                var around = settled.Where(o => o.Called <= misfit.Returned && o.Returned >= misfit.Called - 300).OrderBy(static o => o.Called);
                return $"the history of {key.Key} is not linearizable at {misfit}, among\n{string.Join('\n', around)}";
            }
        }
        return null;
    }

    // A deletion without an answer took effect if the change after the revision it expected is an unclaimed deletion.
    private static long TakeDeletion(IReadOnlyList<Change> changes, string key, Operation operation, HashSet<long> unclaimed)
    {
        var next = changes.FirstOrDefault(c => c.Key == key && c.Revision > operation.Expected);
        return next is { Value: null } && unclaimed.Remove(next.Revision) ? next.Revision : 0;
    }
}
