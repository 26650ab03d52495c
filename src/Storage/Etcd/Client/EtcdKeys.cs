using System.Text;
using Google.Protobuf;

namespace Tiphys.Storage.Etcd.Client;

/// <summary>Maps the API server's keys, which begin with <c>/registry</c>, to where the cluster has them (<c>--etcd-prefix</c>).</summary>
internal sealed class EtcdKeys
{
    private static readonly byte[] s_own = Encoding.UTF8.GetBytes(EtcdStoreOptions.OwnPrefix);
    private readonly byte[] _prefix;
    private readonly bool _same;

    public EtcdKeys(string prefix)
    {
        var trimmed = prefix.Trim('/');
        _prefix = Encoding.UTF8.GetBytes(trimmed.Length == 0 ? "" : "/" + trimmed);
        _same = _prefix.AsSpan().SequenceEqual(s_own);
    }

    public ByteString To(ReadOnlyMemory<byte> key)
    {
        if (key.IsEmpty) throw new InvalidStoreRequestException("key is not provided");
        if (_same) return UnsafeByteOperations.UnsafeWrap(key);
        return key.Span.StartsWith(s_own)
            ? UnsafeByteOperations.UnsafeWrap((byte[])[.. _prefix, .. key.Span[s_own.Length..]])
            : throw new InvalidStoreRequestException($"key {Encoding.UTF8.GetString(key.Span)} does not begin with {EtcdStoreOptions.OwnPrefix}");
    }

    public (ByteString Start, ByteString End) To(KeyRange range)
    {
        if (range.IsSingleKey) return (To(range.Start), ByteString.Empty);
        if (_same) return (To(range.Start), UnsafeByteOperations.UnsafeWrap(range.End));
        // What has no bound here is bounded there by the keys that are somebody else's: '0' follows '/'.
        var start = range.Start.Span.SequenceCompareTo(s_own) <= 0 ? ByteString.CopyFrom([.. _prefix, (byte)'/']) : To(range.Start);
        var end = range.IsOpenEnded ? ByteString.CopyFrom([.. _prefix, (byte)'0']) : To(range.End);
        return (start, end);
    }

    public byte[] From(ByteString key) => _same ? key.ToByteArray() : [.. s_own, .. key.Span[_prefix.Length..]];
}
