using System.Buffers;
using System.IO.Pipelines;

namespace Tiphys.ApiServer;

/// <summary>
/// Gathers an answer in pooled memory and hands it to the connection in large pieces. Kestrel's own writer gives out what is
/// left of its current block, which may be nothing at all once room for chunk headers is set aside.
/// </summary>
internal sealed class ResponseBuffer : IBufferWriter<byte>, IDisposable
{
    /// <summary>Pieces are handed on at this size, so that a long list is on its way before it is complete.</summary>
    public const int Full = 64 * 1024;

    private byte[] _bytes;

    public ResponseBuffer(int capacity = 4096) => _bytes = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>Bytes gathered.</summary>
    public int Length { get; private set; }

    /// <summary>What was gathered.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <summary>Hands everything gathered to the connection.</summary>
    public async ValueTask FlushAsync(PipeWriter output, CancellationToken cancel)
    {
        if (Length == 0) return;
        await output.WriteAsync(Written, cancel);
        Length = 0;
    }

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return _bytes.AsSpan(Length);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);

    private void Ensure(int sizeHint)
    {
        var needed = Length + Math.Max(sizeHint, 1);
        if (needed <= _bytes.Length) return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _bytes.Length * 2));
        _bytes.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
