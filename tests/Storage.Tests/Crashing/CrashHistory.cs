using System.Globalization;
using Tiphys.Storage.Tests.Linearizability;

namespace Tiphys.Storage.Tests.Crashing;

/// <summary>Puts together what the killed processes printed.</summary>
internal sealed class CrashHistory
{
    private readonly Dictionary<string, Operation> _open = [];
    private int _time;

    public List<Operation> Operations { get; } = [];

    public List<Change> Changes { get; } = [];

    public int Opens { get; private set; }

    public int Acknowledged { get; private set; }

    /// <summary>The first revision no watch has told yet.</summary>
    public long Next => Changes.Count + 2;

    /// <summary>Takes one line; returns what is wrong with it, or null.</summary>
    public string? Add(string line)
    {
        var words = line.Split(' ');
        _time++;
        switch (words[0])
        {
            case "O":
                Opens++;
                _open.Clear();
                // A change that was told must never be gone.
                return Number(words[1]) < Next - 1 ? $"opened at revision {words[1]} though {Next - 1} had been delivered" : null;
            case "W":
                if (Number(words[1]) != Next)
                    return $"the watch delivered {line} where revision {Next} was due";
                Changes.Add(new Change(Number(words[1]), words[2], words[3] == "-" ? null : words[3]));
                return null;
            case "I":
                Operations.Add(_open[words[1]] = new Operation(Enum.Parse<OperationKind>(words[2]), words[3], Number(words[4]), words[1], _time));
                return null;
            case "A":
                Acknowledged++;
                _open.Remove(words[1], out var operation);
                operation!.Returned = _time;
                operation.Succeeded = words[2] == "1";
                operation.Revision = Number(words[3]);
                operation.SeenRevision = Number(words[4]);
                operation.SeenValue = words[5] == "-" ? null : words[5];
                return null;
            default:
                return $"not a line of the writer: {line}";
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
