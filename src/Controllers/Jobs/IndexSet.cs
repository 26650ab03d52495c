using System.Globalization;
using System.Text;

namespace Tiphys.Controllers;

/// <summary>A set of completion indexes, written as ranges: <c>0,3-5,7</c>.</summary>
internal sealed class IndexSet
{
    private readonly SortedSet<int> _indexes = [];

    /// <summary>Number of indexes.</summary>
    public int Count => _indexes.Count;

    /// <summary>The indexes in order.</summary>
    public IEnumerable<int> All => _indexes;

    /// <summary>Parses ranges; what lies beyond the completions, or is no number, is left out.</summary>
    public static IndexSet Parse(string? text, int completions)
    {
        var set = new IndexSet();
        foreach (var range in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var dash = range.IndexOf('-');
            if (!int.TryParse(dash < 0 ? range : range[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var first)) continue;
            var last = first;
            if (dash >= 0 && !int.TryParse(range[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out last)) continue;
            for (var i = first; i <= last && i < completions; i++) set._indexes.Add(i);
        }

        return set;
    }

    /// <summary>Whether an index is in the set.</summary>
    public bool Has(int index) => _indexes.Contains(index);

    /// <summary>Adds an index; false when it was there.</summary>
    public bool Add(int index) => _indexes.Add(index);

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        var all = _indexes.ToArray();
        for (var i = 0; i < all.Length;)
        {
            var end = i;
            while (end + 1 < all.Length && all[end + 1] == all[end] + 1) end++;
            if (text.Length > 0) text.Append(',');
            text.Append(all[i]);
            if (end > i) text.Append(end == i + 1 ? ',' : '-').Append(all[end]);
            i = end + 1;
        }

        return text.ToString();
    }
}
