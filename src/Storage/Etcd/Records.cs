using Google.Protobuf;

namespace Tiphys.Storage.Etcd;

/// <summary>Records and key ranges between the store and the wire. Bytes are shared, not copied.</summary>
internal static class Records
{
    public static V3.KeyValue ToWire(StoreRecord record, bool withValue = true) => new()
    {
        Key = UnsafeByteOperations.UnsafeWrap(record.Key),
        CreateRevision = record.CreateRevision,
        ModRevision = record.ModRevision,
        Version = record.Version,
        Value = withValue ? UnsafeByteOperations.UnsafeWrap(record.Value) : ByteString.Empty,
        Lease = record.Lease,
    };

    public static V3.Event ToWire(in WatchEvent change)
    {
        var result = new V3.Event
        {
            Type = change.IsDelete ? V3.Event.Types.EventType.Delete : V3.Event.Types.EventType.Put,
            Kv = ToWire(change.Record),
        };
        if (change.Previous is { } previous)
            result.PrevKv = ToWire(previous);
        return result;
    }

    public static KeyRange Range(ByteString key, ByteString end) => new(key.Memory, end.Memory);
}
