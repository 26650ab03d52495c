using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Tiphys.Storage.Embedded.Log;

namespace Tiphys.Storage.Bolt;

/// <summary>Reads a bbolt database that nobody writes. Whatever does not fit together is <see cref="StoreDamagedException"/>.</summary>
internal sealed class BoltReader : IDisposable
{
    private const int MostDepth = 32;
    private const int LeastPage = 512;
    private const int MostPage = 64 * 1024;

    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly BoltMeta _meta;

    /// <summary>Opens a file.</summary>
    public BoltReader(string path)
    {
        _path = path;
        _file = File.OpenHandle(path);
        try
        {
            _meta = FindMeta() ?? throw Damaged(0, "neither of the two meta pages is whole");
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Told the name of each bucket, then each of its items in the order of keys. The memory is valid during the call only.</summary>
    public delegate void ItemVisitor(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <summary>Visits the buckets of the file by name, and for each what <paramref name="enter"/> returns visits its items.</summary>
    public void Visit(Func<byte[], ItemVisitor> enter) => VisitPage(_meta.Root, 0, (name, value, isBucket, at) =>
    {
        if (!isBucket || value.Length < BoltPage.BucketBytes) throw Damaged(at, "something else than a bucket lies among the buckets");
        var visitor = enter(name.ToArray());
        var root = BinaryPrimitives.ReadUInt64LittleEndian(value);
        if (root == 0) VisitElements(value[BoltPage.BucketBytes..], at, 0, Item);
        else VisitPage(root, 0, Item);

        void Item(ReadOnlySpan<byte> key, ReadOnlySpan<byte> content, bool isNested, long place)
        {
            if (isNested) throw Damaged(place, "a bucket lies in a bucket");
            visitor(key, content);
        }
    });

    public void Dispose() => _file.Dispose();

    private delegate void ElementVisitor(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool isBucket, long at);

    private BoltMeta? FindMeta()
    {
        BoltMeta? best = MetaAt(0);

        // The second is a page further, whose size only a whole first one tells.
        for (var size = LeastPage; size <= MostPage; size *= 2)
        {
            if (best is { } first && first.PageSize != size) continue;
            if (MetaAt(size) is { } second && second.PageSize == size && (best is null || second.Transaction > best.Value.Transaction)) return second;
        }

        return best;
    }

    private BoltMeta? MetaAt(long offset)
    {
        Span<byte> bytes = stackalloc byte[BoltPage.HeaderBytes + BoltMeta.Bytes];
        return Read(bytes, offset) == bytes.Length && BoltMeta.TryRead(bytes[BoltPage.HeaderBytes..], out var meta) && meta.PageSize is >= LeastPage and <= MostPage ? meta : null;
    }

    private void VisitPage(ulong id, int depth, ElementVisitor visitor)
    {
        if (id < 2 || id >= _meta.End || id > long.MaxValue / MostPage || depth > MostDepth) throw Damaged(0, $"page {id} is referred to, which cannot be");
        var offset = (long)id * _meta.PageSize;
        Span<byte> header = stackalloc byte[BoltPage.HeaderBytes];
        if (Read(header, offset) < header.Length) throw Damaged(offset, "the file ends too early");
        var page = BoltPage.Read(header);
        if (page.Id != id || page.Overflow >= _meta.End - id) throw Damaged(offset, $"page {id} is not what it should be");
        var bytes = new byte[checked((page.Overflow + 1) * _meta.PageSize)];
        if (Read(bytes, offset) < bytes.Length) throw Damaged(offset, "the file ends too early");
        VisitElements(bytes, offset, depth, visitor);
    }

    private void VisitElements(ReadOnlySpan<byte> page, long offset, int depth, ElementVisitor visitor)
    {
        if (page.Length < BoltPage.HeaderBytes) throw Damaged(offset, "a bucket is cut short");
        var header = BoltPage.Read(page);
        if (header.Kind is not (BoltPageKind.Leaf or BoltPageKind.Branch) || BoltPage.HeaderBytes + (header.Count * BoltPage.ElementBytes) > page.Length) throw Damaged(offset, $"page {header.Id} is not what it should be");
        for (var i = 0; i < header.Count; i++)
        {
            var at = BoltPage.HeaderBytes + (i * BoltPage.ElementBytes);
            var element = page.Slice(at, BoltPage.ElementBytes);
            if (header.Kind == BoltPageKind.Branch)
            {
                VisitPage(BinaryPrimitives.ReadUInt64LittleEndian(element[8..]), depth + 1, visitor);
                continue;
            }

            var (flags, start) = (BinaryPrimitives.ReadUInt32LittleEndian(element), at + (long)BinaryPrimitives.ReadUInt32LittleEndian(element[4..]));
            var (key, value) = (BinaryPrimitives.ReadUInt32LittleEndian(element[8..]), BinaryPrimitives.ReadUInt32LittleEndian(element[12..]));
            if (start + key + value > page.Length) throw Damaged(offset + at, "an item reaches beyond its page");
            visitor(page.Slice((int)start, (int)key), page.Slice((int)(start + key), (int)value), (flags & BoltPage.BucketFlag) != 0, offset + at);
        }
    }

    private int Read(Span<byte> buffer, long offset) => EntryFile.ReadFully(_file, buffer, offset);

    private StoreDamagedException Damaged(long offset, string reason) => new(_path, offset, 0, reason);
}
