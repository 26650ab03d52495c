namespace Tiphys.Storage;

/// <summary>The base of the store's own errors.</summary>
public abstract class StoreException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A revision was asked for that compaction has removed.</summary>
public sealed class CompactedException(long compactRevision)
    : StoreException($"required revision has been compacted (oldest kept revision: {compactRevision})")
{
    /// <summary>The oldest revision that can still be read.</summary>
    public long CompactRevision { get; } = compactRevision;
}

/// <summary>A revision was asked for that the store has not reached.</summary>
public sealed class FutureRevisionException(long currentRevision)
    : StoreException($"required revision is a future revision (current revision: {currentRevision})")
{
    /// <summary>The store's newest revision.</summary>
    public long CurrentRevision { get; } = currentRevision;
}

/// <summary>A lease was named that does not exist or has expired.</summary>
public sealed class LeaseNotFoundException(long lease) : StoreException($"requested lease not found: {lease:x16}")
{
    /// <summary>The lease asked for.</summary>
    public long Lease { get; } = lease;
}

/// <summary>A lease was to be granted under an id that is taken.</summary>
public sealed class LeaseExistsException(long lease) : StoreException($"lease already exists: {lease:x16}")
{
    /// <summary>The id asked for.</summary>
    public long Lease { get; } = lease;
}

/// <summary>A request that no state of the store could satisfy, such as a transaction that puts a key twice.</summary>
public sealed class InvalidStoreRequestException(string message) : StoreException(message);

/// <summary>
/// A write could not be made durable (disk full, I/O error), or no member of the etcd cluster takes requests: the store is read-only until the disk works again, which it finds
/// out by itself. The write was not applied here; should the process end before that, it may or may not be found later. Reads
/// go on working.
/// </summary>
public sealed class StoreUnavailableException(StoreCondition condition, string message, Exception? inner = null) : StoreException(message, inner)
{
    /// <summary>What is wrong.</summary>
    public StoreCondition Condition { get; } = condition;
}

/// <summary>
/// A write was handed over and no answer came back (etcd only): it may have been made, or may be made yet. Whoever needs to know
/// must read again.
/// </summary>
public sealed class WriteOutcomeUnknownException(string message, Exception? inner = null) : StoreException(message, inner);

/// <summary>The data directory cannot be opened: in use, not its user's alone, of another version, or damaged.</summary>
public class StoreOpenException(string message, Exception? inner = null) : StoreException(message, inner);

/// <summary>A file of the data directory, or a snapshot, is damaged where a crash cannot explain it.</summary>
public sealed class StoreDamagedException(string file, long offset, long revision, string reason) : StoreOpenException("")
{
    private const int KeysShown = 3;

    /// <summary>The damaged file.</summary>
    public string File { get; } = file;

    /// <summary>Where in the file the damage begins, in bytes.</summary>
    public long Offset { get; } = offset;

    /// <summary>The last revision that could be read before the damage.</summary>
    public long Revision { get; } = revision;

    /// <summary>What is wrong there.</summary>
    public string Reason { get; } = reason;

    /// <summary>The file is a snapshot: the store itself may be well.</summary>
    public bool IsSnapshot { get; init; }

    /// <summary>The keys the damaged part was about, as far as they can be told.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <inheritdoc/>
    public override string Message
    {
        get
        {
            var keys = Keys.Count == 0
                ? ""
                : $" (of {string.Join(", ", Keys.Take(KeysShown))}{(Keys.Count > KeysShown ? $" and {Keys.Count - KeysShown} more" : "")})";
            if (IsSnapshot)
                return $"this snapshot is damaged: {File}, offset {Offset}: {Reason}{keys}; nothing can be restored from it: use another one";
            return $"the store is damaged: {File}, offset {Offset}, after revision {Revision}: {Reason}{keys}; "
                + "restore a snapshot with `tiphys etcd snapshot restore`, or give up what is damaged with `tiphys etcd repair`";
        }
    }
}
