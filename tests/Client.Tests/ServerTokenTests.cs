using System.Security.Cryptography;

namespace Tiphys.Client.Tests;

public sealed class ServerTokenTests
{
    [Fact]
    public void What_a_key_sealed_it_opens_and_nothing_else_does()
    {
        var key = CertificateKey.Generate();
        byte[] secret = [.. RandomNumberGenerator.GetBytes(100)];
        var @sealed = key.Seal(secret);
        Assert.Equal(secret, key.Open(@sealed));
        Assert.NotEqual(@sealed, key.Seal(secret));
        Assert.Null(CertificateKey.Generate().Open(@sealed));
        for (var i = 0; i < @sealed.Length; i++)
        {
            var changed = @sealed.ToArray();
            changed[i] ^= 1;
            Assert.Null(key.Open(changed));
        }

        Assert.Null(key.Open(@sealed.AsSpan(0, 27)));
        Assert.Empty(key.Open(key.Seal([]))!);
    }

    [Fact]
    public void Sealed_bytes_are_those_of_AES_256_GCM_with_the_nonce_first()
    {
        var key = CertificateKey.Parse("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")!;
        var nonce = RandomNumberGenerator.GetBytes(12);
        byte[] cipher = new byte[5], tag = new byte[16];
        using var aes = new AesGcm(Convert.FromHexString(key.Text), 16);
        aes.Encrypt(nonce, "Argo!"u8, cipher, tag);
        Assert.Equal("Argo!"u8.ToArray(), key.Open([.. nonce, .. cipher, .. tag]));
    }

    [Fact]
    public void A_token_is_read_as_it_was_written()
    {
        var token = new ServerToken(BootstrapToken.Generate(), CertificateKey.Generate(), "sha256:" + new string('a', 64));
        var read = ServerToken.Parse(token.Text)!;
        Assert.Equal((token.Token.Text, token.Key.Text, token.AuthorityHash), (read.Token.Text, read.Key.Text, read.AuthorityHash));
    }

    [Theory]
    [InlineData("")]
    [InlineData("abcdef.0123456789abcdef")]
    [InlineData("abcdef.0123456789abcdef.00")]
    [InlineData("abcdef.0123456789abcdef.000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f.00")]
    [InlineData("ABCDEF.0123456789abcdef.000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f.000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")]
    [InlineData("abcdef.0123456789abcdef.000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1x.000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")]
    [InlineData("abcdef.0123456789abcdef.000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f.000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f.0")]
    public void Other_texts_are_no_tokens(string text) => Assert.Null(ServerToken.Parse(text));
}
