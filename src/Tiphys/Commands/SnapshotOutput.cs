using System.Globalization;
using System.Text;
using Tiphys.Storage;
using Tiphys.Storage.Embedded.Snapshots;

namespace Tiphys.Commands;

/// <summary>Prints snapshots as etcdctl does.</summary>
internal static class SnapshotOutput
{
    private const int MostKeys = 100;
    private static readonly string[] s_units = ["B", "kB", "MB", "GB", "TB", "PB"];

    public static string Write(SnapshotInfo info, string format)
    {
        var hash = info.Hash.ToString("x", CultureInfo.InvariantCulture);
        var (revision, keys, size) = (Number(info.Revision), Number(info.TotalKeys), Size(info.TotalSize));
        return format switch
        {
            "json" => string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"hash\":{info.Hash},\"revision\":{info.Revision},\"totalKey\":{info.TotalKeys},\"totalSize\":{info.TotalSize},\"version\":\"{info.Version}\"}}\n"),
            "fields" => string.Create(
                CultureInfo.InvariantCulture,
                $"\"Hash\" : {info.Hash}\n\"Revision\" : {info.Revision}\n\"Keys\" : {info.TotalKeys}\n\"Size\" : {info.TotalSize}\n\"Version\" : {info.Version}\n"),
            "simple" => $"{hash}, {revision}, {keys}, {size}, {info.Version}\n",
            _ => Table(["HASH", "REVISION", "TOTAL KEYS", "TOTAL SIZE", "VERSION"], [hash, revision, keys, size, info.Version]),
        };
    }

    public static string Write(StoreRepairReport report)
    {
        if (report.Damages.Count == 0) return $"Nothing is damaged: {report.Keys} keys, revision {report.Revision}.\n";
        var text = new StringBuilder();
        foreach (var damage in report.Damages)
        {
            text.Append(CultureInfo.InvariantCulture, $"{damage.File}: {damage.Reason}; ");
            if (damage.Length > 0) text.Append(CultureInfo.InvariantCulture, $"{damage.Length} bytes at offset {damage.Offset} cannot be read; they came");
            else text.Append("what is lost came");
            text.Append(CultureInfo.InvariantCulture, $" after revision {damage.After}");
            if (damage.Before > 0) text.Append(CultureInfo.InvariantCulture, $" and before {damage.Before}");
            text.Append('\n');
            foreach (var key in damage.Keys.Take(MostKeys)) text.Append("  ").Append(key).Append('\n');
            if (damage.Keys.Count > MostKeys) text.Append(CultureInfo.InvariantCulture, $"  and {damage.Keys.Count - MostKeys} more\n");
        }

        text.Append(report.Aside is { } aside
            ? $"Saved {report.Keys} keys. The damaged store was kept in {aside}; the keys above are as they were before, or gone.\n"
            : $"{report.Keys} keys can be saved with --accept-loss; the keys above would be as they were before, or gone. Restore a snapshot instead where there is one.\n");
        return text.ToString();
    }

    /// <summary>Bytes in powers of a thousand, one decimal below ten.</summary>
    public static string Size(long bytes)
    {
        var (value, unit) = ((double)bytes, 0);
        for (; value >= 1000 && unit < s_units.Length - 1; unit++) value /= 1000;
        return unit > 0 && value < 9.95
            ? string.Create(CultureInfo.InvariantCulture, $"{value:0.0} {s_units[unit]}")
            : string.Create(CultureInfo.InvariantCulture, $"{value:0} {s_units[unit]}");
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Table(string[] heads, string[] cells)
    {
        var widths = heads.Zip(cells, static (h, c) => Math.Max(h.Length, c.Length)).ToArray();
        var line = "+" + string.Concat(widths.Select(static w => new string('-', w + 2) + "+")) + "\n";
        var head = "|" + string.Concat(heads.Select((h, i) => " " + new string(' ', (widths[i] - h.Length) / 2) + h + new string(' ', widths[i] - h.Length - ((widths[i] - h.Length) / 2)) + " |")) + "\n";
        var row = "|" + string.Concat(cells.Select((c, i) => " " + c.PadLeft(widths[i]) + " |")) + "\n";
        return line + head + line + row + line;
    }
}
