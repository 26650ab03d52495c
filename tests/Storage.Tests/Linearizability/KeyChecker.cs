namespace Tiphys.Storage.Tests.Linearizability;

/// <summary>
/// Whether the operations on one key can be put into an order that respects real time and in which each does what the key's
/// specification says (Wing and Gong's search with Lowe's memory of visited states, as Porcupine does it).
/// </summary>
internal static class KeyChecker
{
    // The state of a key: its mod revision, 0 when it does not exist, and its value.
    private readonly record struct State(long Revision, string? Value);

    /// <summary>
    /// Checks the operations of one key that are known to have returned or to have taken effect. Returns null, or the operation
    /// for which no place was found in the longest order that was.
    /// </summary>
    public static Operation? Misfit(IReadOnlyList<Operation> operations)
    {
        var (longest, misfit) = (-1, operations.Count == 0 ? null : operations[0]);
        var entries = Link(operations);
        var linearized = new bool[operations.Count];
        var visited = new HashSet<(string, State)>();
        var stack = new Stack<(Entry Entry, State Before)>();
        var state = new State(0, null);
        var entry = entries.Next;
        while (entries.Next is not null)
        {
            if (entry is { IsCall: true })
            {
                if (Apply(state, operations[entry.Id]) is { } after)
                {
                    linearized[entry.Id] = true;
                    if (visited.Add((Fingerprint(linearized), after)))
                    {
                        stack.Push((entry, state));
                        state = after;
                        entry.Lift();
                        entry = entries.Next;
                        continue;
                    }
                    linearized[entry.Id] = false;
                }
                entry = entry.Next;
                continue;
            }
            // A return whose call is not in the order yet: something before it was chosen wrongly.
            if (stack.Count > longest)
                (longest, misfit) = (stack.Count, operations[entry!.Id]);
            if (stack.Count == 0)
                return misfit;
            (entry, state) = stack.Pop();
            linearized[entry.Id] = false;
            entry.Unlift();
            entry = entry.Next;
        }
        return null;
    }

    // What the key is after the operation; null when its answer is not what the specification says.
    private static State? Apply(State state, Operation operation)
    {
        if (operation.Kind == OperationKind.Get)
            return Shows(state, operation) ? state : null;
        if (!operation.Succeeded)
            return operation.Expected != state.Revision && Shows(state, operation) ? state : null;
        if (operation.Expected != state.Revision)
            return null;
        if (operation.Kind == OperationKind.PutIf)
            return operation.Revision > state.Revision ? new State(operation.Revision, operation.Value) : null;
        return new State(0, null);
    }

    private static bool Shows(State state, Operation operation) =>
        operation.SeenRevision == state.Revision && operation.SeenValue == state.Value;

    private static string Fingerprint(bool[] linearized) => string.Create(linearized.Length, linearized, static (span, bits) =>
    {
        for (var i = 0; i < bits.Length; i++)
            span[i] = bits[i] ? '1' : '0';
    });

    private static Entry Link(IReadOnlyList<Operation> operations)
    {
        var ordered = operations
            .SelectMany(static (o, id) => new[] { (Time: o.Called, IsCall: true, Id: id), (Time: o.Returned, IsCall: false, Id: id) })
            .OrderBy(static e => e.Time).ThenByDescending(static e => e.IsCall);
        var head = new Entry(-1, false);
        var last = head;
        var calls = new Entry[operations.Count];
        foreach (var (_, isCall, id) in ordered)
        {
            var entry = new Entry(id, isCall) { Previous = last };
            last.Next = entry;
            last = entry;
            if (isCall)
                calls[id] = entry;
            else
                calls[id].Match = entry;
        }
        return head;
    }

    private sealed class Entry(int id, bool isCall)
    {
        public int Id => id;

        public bool IsCall => isCall;

        public Entry? Match;
        public Entry? Next;
        public Entry? Previous;

        public void Lift()
        {
            Unlink(this);
            Unlink(Match!);
        }

        public void Unlift()
        {
            Relink(Match!);
            Relink(this);
        }

        private static void Unlink(Entry entry)
        {
            entry.Previous!.Next = entry.Next;
            if (entry.Next is not null)
                entry.Next.Previous = entry.Previous;
        }

        private static void Relink(Entry entry)
        {
            entry.Previous!.Next = entry;
            if (entry.Next is not null)
                entry.Next.Previous = entry;
        }
    }
}
