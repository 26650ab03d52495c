namespace Tiphys.Storage.Bolt;

/// <summary>The content of a bucket, in the order of its keys. It is asked for sizes first and for bytes later.</summary>
internal interface IBoltItems
{
    int Count { get; }

    int KeyBytes(int index);

    int ValueBytes(int index);

    void WriteKey(int index, Span<byte> target);

    void WriteValue(int index, Span<byte> target);
}

/// <summary>A bucket of a bbolt file that is to be written.</summary>
internal sealed record BoltBucket(string Name, IBoltItems Items);

/// <summary>A few items that are in memory; they are sorted here.</summary>
internal sealed class BoltItems(IEnumerable<(byte[] Key, byte[] Value)> items) : IBoltItems
{
    private readonly (byte[] Key, byte[] Value)[] _items = [.. items.Order(Comparer<(byte[] Key, byte[] Value)>.Create(static (a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key)))];

    public int Count => _items.Length;

    public int KeyBytes(int index) => _items[index].Key.Length;

    public int ValueBytes(int index) => _items[index].Value.Length;

    public void WriteKey(int index, Span<byte> target) => _items[index].Key.CopyTo(target);

    public void WriteValue(int index, Span<byte> target) => _items[index].Value.CopyTo(target);
}
