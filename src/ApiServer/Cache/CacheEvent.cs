using System.Buffers;

namespace Tiphys.ApiServer;

/// <summary>One change of one object, shared by all watchers of a resource.</summary>
public sealed class CacheEvent
{
    private readonly ObjectLayout _layout;
    private byte[]? _added;
    private byte[]? _modified;
    private byte[]? _deleted;

    internal CacheEvent(ObjectLayout layout, long revision, StoredObject? after, StoredObject? before)
    {
        _layout = layout;
        Revision = revision;
        After = after;
        Before = before;
    }

    /// <summary>Revision of the change.</summary>
    public long Revision { get; }

    /// <summary>The object now; null when it was deleted.</summary>
    public StoredObject? After { get; }

    /// <summary>The object before; null when it is new.</summary>
    public StoredObject? Before { get; }

    /// <summary>What a watcher of the selection sees of this change: an object that enters or leaves the selection is added or deleted.</summary>
    public WatchSight See(Selection selection)
    {
        var now = After is not null && selection.Matches(After);
        var then = Before is not null && selection.Matches(Before);
        return (now, then) switch
        {
            (true, true) => WatchSight.Modified,
            (true, false) => WatchSight.Added,
            (false, true) => WatchSight.Deleted,
            _ => WatchSight.None,
        };
    }

    /// <summary>The JSON frame of the change, made once however many watchers it goes to.</summary>
    public ReadOnlyMemory<byte> Frame(WatchSight sight) => sight switch
    {
        WatchSight.Added => _added ??= Encode("ADDED"u8, After!),
        WatchSight.Modified => _modified ??= Encode("MODIFIED"u8, After!),
        _ => _deleted ??= Encode("DELETED"u8, Object(WatchSight.Deleted)),
    };

    /// <summary>The object a watcher is shown: the last state, with the revision of this change, when it goes away.</summary>
    public StoredObject Object(WatchSight sight) => sight == WatchSight.Deleted ? Before!.At(Revision) : After!;

    private byte[] Encode(ReadOnlySpan<byte> type, StoredObject item)
    {
        var buffer = new ArrayBufferWriter<byte>(item.Json.Length + 96);
        buffer.Write("{\"type\":\""u8);
        buffer.Write(type);
        buffer.Write("\",\"object\":"u8);
        _layout.WriteObject(buffer, item.Json.Span, item.Revision);
        buffer.Write("}\n"u8);
        return buffer.WrittenSpan.ToArray();
    }
}

/// <summary>How a change looks through a selection.</summary>
public enum WatchSight
{
    /// <summary>It does not show.</summary>
    None,

    /// <summary>The object came into sight.</summary>
    Added,

    /// <summary>It changed.</summary>
    Modified,

    /// <summary>It went out of sight.</summary>
    Deleted,
}
