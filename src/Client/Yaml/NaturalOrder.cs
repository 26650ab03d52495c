namespace Tiphys.Client;

/// <summary>The order of keys in upstream's YAML: letters behind everything else, and runs of digits by their number.</summary>
internal sealed class NaturalOrder : IComparer<string>
{
    public static NaturalOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        var (a, b) = (x!, y!);
        var inDigits = false;
        for (var i = 0; i < a.Length && i < b.Length; i++)
        {
            if (a[i] == b[i])
            {
                inDigits = char.IsDigit(a[i]);
                continue;
            }

            var (letterA, letterB) = (char.IsLetter(a[i]), char.IsLetter(b[i]));
            if (letterA && letterB) return a[i].CompareTo(b[i]);
            if (letterA || letterB) return (inDigits ? letterA : letterB) ? -1 : 1;
            return Numbers(a, b, i);
        }

        return a.Length.CompareTo(b.Length);
    }

    private static int Numbers(string a, string b, int at)
    {
        // Behind a digit that is not zero, zeros count: 10 is more than 1, but 01 is 1.
        long seed = 0;
        if (a[at] == '0' || b[at] == '0')
        {
            for (var j = at - 1; j >= 0 && char.IsDigit(a[j]); j--)
            {
                if (a[j] == '0') continue;
                seed = 1;
                break;
            }
        }

        var (numberA, endA) = Run(a, at, seed);
        var (numberB, endB) = Run(b, at, seed);
        if (numberA != numberB) return numberA.CompareTo(numberB);
        return endA != endB ? endA.CompareTo(endB) : a[at].CompareTo(b[at]);
    }

    private static (long Number, int End) Run(string text, int at, long number)
    {
        for (; at < text.Length && char.IsDigit(text[at]); at++) number = unchecked((number * 10) + (text[at] - '0'));
        return (number, at);
    }
}
