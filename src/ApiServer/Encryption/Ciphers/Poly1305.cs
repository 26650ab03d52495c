using System.Buffers.Binary;

namespace Tiphys.ApiServer;

/// <summary>The one-time authenticator Poly1305 (RFC 8439, 2.5): a polynomial over the message modulo 2^130 - 5.</summary>
internal static class Poly1305
{
    private const int Limbs = 5;
    private const int LimbBits = 26;
    private const uint LimbMask = (1 << LimbBits) - 1;

    public static void Compute(ReadOnlySpan<byte> message, ReadOnlySpan<byte> key, Span<byte> tag)
    {
        Span<byte> clamped = stackalloc byte[17];
        key[..16].CopyTo(clamped);
        foreach (var i in (ReadOnlySpan<int>)[3, 7, 11, 15]) clamped[i] &= 15;
        foreach (var i in (ReadOnlySpan<int>)[4, 8, 12]) clamped[i] &= 252;
        Span<ulong> r = stackalloc ulong[Limbs], h = stackalloc ulong[Limbs], block = stackalloc ulong[Limbs];
        Split(clamped, r);
        h.Clear();
        Span<byte> padded = stackalloc byte[17];
        for (var at = 0; at < message.Length; at += 16)
        {
            var part = message.Slice(at, Math.Min(16, message.Length - at));
            padded.Clear();
            part.CopyTo(padded);
            padded[part.Length] = 1;
            Split(padded, block);
            for (var i = 0; i < Limbs; i++) h[i] += block[i];
            Multiply(h, r);
        }

        Reduce(h);
        // The sum with the second half of the key, modulo 2^128.
        var low = h[0] | (h[1] << 26) | (h[2] << 52);
        var high = (h[2] >> 12) | (h[3] << 14) | (h[4] << 40);
        var sum = new UInt128(high, low) + new UInt128(BinaryPrimitives.ReadUInt64LittleEndian(key[24..]), BinaryPrimitives.ReadUInt64LittleEndian(key[16..]));
        BinaryPrimitives.WriteUInt128LittleEndian(tag, sum);
    }

    private static void Split(ReadOnlySpan<byte> bytes, Span<ulong> limbs)
    {
        var low = BinaryPrimitives.ReadUInt128LittleEndian(bytes);
        for (var i = 0; i < Limbs; i++) limbs[i] = (ulong)(low >> (i * LimbBits)) & LimbMask;
        limbs[4] |= (ulong)bytes[16] << 24;
    }

    private static void Multiply(Span<ulong> h, ReadOnlySpan<ulong> r)
    {
        Span<ulong> product = stackalloc ulong[Limbs];
        product.Clear();
        for (var i = 0; i < Limbs; i++)
        {
            // What goes beyond 2^130 comes back five times.
            for (var j = 0; j < Limbs; j++) product[(i + j) % Limbs] += h[i] * (i + j < Limbs ? r[j] : r[j] * 5);
        }

        Carry(product);
        product.CopyTo(h);
    }

    private static void Carry(Span<ulong> limbs)
    {
        ulong carry = 0;
        for (var i = 0; i < Limbs; i++)
        {
            limbs[i] += carry;
            carry = limbs[i] >> LimbBits;
            limbs[i] &= LimbMask;
        }

        limbs[0] += carry * 5;
        limbs[1] += limbs[0] >> LimbBits;
        limbs[0] &= LimbMask;
    }

    // To the one representative below 2^130 - 5.
    private static void Reduce(Span<ulong> h)
    {
        Carry(h);
        Carry(h);
        Span<ulong> less = stackalloc ulong[Limbs];
        h.CopyTo(less);
        less[0] += 5;
        for (var i = 0; i < Limbs - 1; i++)
        {
            less[i + 1] += less[i] >> LimbBits;
            less[i] &= LimbMask;
        }

        // All ones when adding five went beyond 2^130, without a branch on secrets.
        var mask = 0UL - (less[4] >> LimbBits);
        less[4] &= LimbMask;
        for (var i = 0; i < Limbs; i++) h[i] = (h[i] & ~mask) | (less[i] & mask);
    }
}
