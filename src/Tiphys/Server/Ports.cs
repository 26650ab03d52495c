using System.Globalization;

namespace Tiphys.Server;

/// <summary>A range of ports as a flag gives it, for example 30000-32767; both ends belong to it.</summary>
internal readonly record struct Ports(int First, int Last)
{
    public static bool TryParse(string text, out Ports range)
    {
        range = default;
        var parts = text.Split('-');
        if (parts.Length != 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first) || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)) return false;
        range = new(first, last);
        return first is > 0 and < 65536 && last >= first && last < 65536;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
}
