using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Tiphys.ApiServer;

/// <summary>NaCl's secretbox: XSalsa20 for secrecy, Poly1305 over the ciphertext for integrity. .NET has neither.</summary>
internal static class Secretbox
{
    public const int KeyBytes = 32;
    public const int NonceBytes = 24;
    public const int TagBytes = 16;

    private const int BlockBytes = 64;

    // "expand 32-byte k"
    private static readonly uint[] s_constants = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];

    /// <summary>The tag, and behind it the message encrypted.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> message, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key)
    {
        var box = new byte[TagBytes + message.Length];
        Span<byte> authenticator = stackalloc byte[KeyBytes];
        Encrypt(message, box.AsSpan(TagBytes), nonce, key, authenticator);
        Poly1305.Compute(box.AsSpan(TagBytes), authenticator, box.AsSpan(0, TagBytes));
        return box;
    }

    /// <summary>Decrypts; false when the box was not sealed with this key and nonce, or was changed.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> box, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key, out byte[] message)
    {
        message = [];
        if (box.Length < TagBytes) return false;
        var opened = new byte[box.Length - TagBytes];
        Span<byte> authenticator = stackalloc byte[KeyBytes];
        Encrypt(box[TagBytes..], opened, nonce, key, authenticator);
        Span<byte> tag = stackalloc byte[TagBytes];
        Poly1305.Compute(box[TagBytes..], authenticator, tag);
        if (!CryptographicOperations.FixedTimeEquals(tag, box[..TagBytes])) return false;
        message = opened;
        return true;
    }

    // The first half block of the key stream is the one-time key of the authenticator; the message takes the stream from there.
    private static void Encrypt(ReadOnlySpan<byte> input, Span<byte> output, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key, Span<byte> authenticator)
    {
        Span<uint> state = stackalloc uint[16];
        Span<byte> subkey = stackalloc byte[KeyBytes];
        Span<byte> block = stackalloc byte[BlockBytes];
        SubKey(key, nonce[..16], subkey);
        Initialize(state, subkey, nonce[16..]);
        Block(state, block);
        block[..KeyBytes].CopyTo(authenticator);
        for (int at = 0, used = KeyBytes; at < input.Length; at++, used++)
        {
            if (used == BlockBytes)
            {
                if (++state[8] == 0) state[9]++;
                Block(state, block);
                used = 0;
            }

            output[at] = (byte)(input[at] ^ block[used]);
        }
    }

    private static void Initialize(Span<uint> state, ReadOnlySpan<byte> key, ReadOnlySpan<byte> input)
    {
        state.Clear();
        for (var i = 0; i < 4; i++)
        {
            state[i * 5] = s_constants[i];
            state[1 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(i * 4)..]);
            state[11 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(16 + (i * 4))..]);
        }

        for (var i = 0; i < input.Length / 4; i++) state[6 + i] = BinaryPrimitives.ReadUInt32LittleEndian(input[(i * 4)..]);
    }

    // HSalsa20: the words that the input did not mask, without adding the input back.
    private static void SubKey(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, Span<byte> subkey)
    {
        Span<uint> state = stackalloc uint[16];
        Initialize(state, key, nonce);
        Rounds(state);
        for (var i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(subkey[(i * 4)..], state[i * 5]);
            BinaryPrimitives.WriteUInt32LittleEndian(subkey[(16 + (i * 4))..], state[6 + i]);
        }
    }

    private static void Block(ReadOnlySpan<uint> state, Span<byte> block)
    {
        Span<uint> mixed = stackalloc uint[16];
        state.CopyTo(mixed);
        Rounds(mixed);
        for (var i = 0; i < 16; i++) BinaryPrimitives.WriteUInt32LittleEndian(block[(i * 4)..], mixed[i] + state[i]);
    }

    private static void Rounds(Span<uint> x)
    {
        for (var round = 0; round < 10; round++)
        {
            // Columns, then rows; each begins at its element of the diagonal.
            for (var i = 0; i < 4; i++) Quarter(ref x[i * 5], ref x[((i * 5) + 4) & 15], ref x[((i * 5) + 8) & 15], ref x[((i * 5) + 12) & 15]);
            for (var i = 0; i < 4; i++) Quarter(ref x[i * 5], ref x[(i * 4) + ((i + 1) & 3)], ref x[(i * 4) + ((i + 2) & 3)], ref x[(i * 4) + ((i + 3) & 3)]);
        }
    }

    private static void Quarter(ref uint a, ref uint b, ref uint c, ref uint d)
    {
        b ^= BitOperations.RotateLeft(a + d, 7);
        c ^= BitOperations.RotateLeft(b + a, 9);
        d ^= BitOperations.RotateLeft(c + b, 13);
        a ^= BitOperations.RotateLeft(d + c, 18);
    }
}
