using System.Globalization;
using System.Text;

namespace Tiphys.Storage.Embedded.Log;

/// <summary>Where the log's last change ends, all of it durable.</summary>
/// <param name="Segment">The last segment's number.</param>
/// <param name="Length">Where the last change ends in it, in bytes.</param>
/// <param name="Revision">The revision reached there.</param>
internal readonly record struct LogEnd(long Segment, long Length, long Revision)
{
    /// <summary>Whether a log that ends elsewhere has lost something.</summary>
    public bool IsBeyond(long segment, long length) => Segment > segment || (Segment == segment && Length > length);

    /// <summary>What is missing in a log that ends before this.</summary>
    public string Missing(long segment, long length) => Segment == segment
        ? $"the log ends here, but it was whole up to revision {Revision}: {Length - length} bytes are missing"
        : $"log segment {segment + 1} is missing: the log was whole up to revision {Revision}";
}

/// <summary>
/// A small file that says how far the log is durable for certain: written when the store is opened, closed and checkpointed, never
/// with a write. The log only grows, so what it says stays true, however old: a log that ends before has lost its end by something
/// else than a crash. A directory without it, or with one that cannot be read, only lacks this check.
/// </summary>
internal sealed class DurableEnd(string directory, IDisk disk)
{
    private const string FileName = "durable";

    private readonly Lock _gate = new();
    private LogEnd? _written = Read(directory);

    /// <summary>What the file said when the directory was opened, or says since.</summary>
    public LogEnd? Known
    {
        get
        {
            lock (_gate)
                return _written;
        }
    }

    /// <summary>Notes that the log is durable up to here. Best effort: what is not noted is merely not checked.</summary>
    public void Advance(LogEnd? end)
    {
        lock (_gate)
        {
            if (end is not { } to || to == _written || _written?.IsBeyond(to.Segment, to.Length) == true)
                return;
            var path = Path.Combine(directory, FileName);
            var temporary = path + Checkpoint.TemporaryExtension;
            try
            {
                using (var file = disk.Open(temporary, create: true))
                {
                    file.Write(Encode(to), 0);
                    file.Sync();
                }
                disk.Rename(temporary, path);
                disk.SyncDirectory(directory);
                _written = to;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // What is left of it is swept up at the next start.
            }
        }
    }

    /// <summary>What the file of a directory says; null when there is none or it cannot be read.</summary>
    public static LogEnd? Read(string directory)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(directory, FileName)).TrimEnd('\n').Split(' ');
            return text is [var segment, var length, var revision, _]
                && long.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out var s)
                && long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var l)
                && long.TryParse(revision, NumberStyles.None, CultureInfo.InvariantCulture, out var r)
                && text.SequenceEqual(Encoding.ASCII.GetString(Encode(new LogEnd(s, l, r))).TrimEnd('\n').Split(' '))
                    ? new LogEnd(s, l, r)
                    : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static byte[] Encode(LogEnd end)
    {
        var numbers = string.Create(CultureInfo.InvariantCulture, $"{end.Segment} {end.Length} {end.Revision}");
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{numbers} {Crc32C.Compute(Encoding.ASCII.GetBytes(numbers)):x8}\n"));
    }
}
