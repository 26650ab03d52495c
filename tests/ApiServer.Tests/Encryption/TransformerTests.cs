using System.Text;

namespace Tiphys.ApiServer.Tests;

public sealed class TransformerTests
{
    private static readonly byte[] Key = "/registry/secrets/default/a"u8.ToArray();

    /// <summary>The vector of NaCl's own paper and tests.</summary>
    [Fact]
    public void Secretbox_is_nacls()
    {
        var key = Convert.FromHexString("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389");
        var nonce = Convert.FromHexString("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37");
        var message = Convert.FromHexString(
            "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb31"
            + "0e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f937763848645e0705");
        var box = Convert.FromHexString(
            "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c972"
            + "71d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b3"
            + "7973f622a43d14a6599b1f654cb45a74e355a5");
        Assert.Equal(box, Secretbox.Seal(message, nonce, key));
        Assert.True(Secretbox.TryOpen(box, nonce, key, out var opened));
        Assert.Equal(message, opened);
        for (var i = 0; i < box.Length; i++)
        {
            box[i] ^= 1;
            Assert.False(Secretbox.TryOpen(box, nonce, key, out _));
            box[i] ^= 1;
        }
    }

    /// <summary>RFC 8439, 2.5.2 and the edge cases of its appendix A.3.</summary>
    [Theory]
    [InlineData("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b", "43727970746f6772617068696320466f72756d2052657365617263682047726f7570", "a8061dc1305136c6c22b8baf0c0127a9")]
    [InlineData("0200000000000000000000000000000000000000000000000000000000000000", "ffffffffffffffffffffffffffffffff", "03000000000000000000000000000000")]
    [InlineData("02000000000000000000000000000000ffffffffffffffffffffffffffffffff", "02000000000000000000000000000000", "03000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000", "fffffffffffffffffffffffffffffffff0ffffffffffffffffffffffffffffff11000000000000000000000000000000", "05000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000", "fffffffffffffffffffffffffffffffffbfefefefefefefefefefefefefefefe01010101010101010101010101010101", "00000000000000000000000000000000")]
    [InlineData("0200000000000000000000000000000000000000000000000000000000000000", "fdffffffffffffffffffffffffffffff", "faffffffffffffffffffffffffffffff")]
    public void Poly1305_is_the_rfcs(string key, string message, string tag)
    {
        var computed = new byte[16];
        Poly1305.Compute(Convert.FromHexString(message), Convert.FromHexString(key), computed);
        Assert.Equal(tag, Convert.ToHexStringLower(computed));
    }

    /// <summary>What earlier versions of upstream wrote, as upstream's own tests keep it.</summary>
    [Theory]
    [InlineData(typeof(AesGcmCipher), "736e6f726c61785f617765736f6d6573", "9f27c8fcea8a58c467d8e437dbf2d85955f9b4bd912f4ef967d788a0cb07797dac0a3f0a0845605ca85ac8562b4ae1")]
    [InlineData(
        typeof(ExtendedNonceCipher),
        "5d40323a820ff95561675e3b95e81867c5fdd561d35a88a2d08b08aa9d4fcf5c",
        "2442759e33945fbad709db577a0f037fd8a709fc76979b8942209debcecb9d57efe3d6ff6a1ef6ee9a5003b9833b3043cec1e47b35175b151107a8d2416b0e296bbf66b5d102fcefdf9a78f293d271")]
    public void What_upstream_wrote_is_read(Type type, string secret, string stored)
    {
        var cipher = (IValueCipher)Activator.CreateInstance(type, Convert.FromHexString(secret))!;
        Assert.Equal("pandas are the best", Encoding.UTF8.GetString(cipher.Decrypt(Convert.FromHexString(stored), "bamboo"u8)));
    }

    [Theory]
    [InlineData(typeof(AesCbcCipher), 16, false, false)]
    [InlineData(typeof(AesCbcCipher), 32, false, false)]
    [InlineData(typeof(AesGcmCipher), 24, true, true)]
    [InlineData(typeof(ExtendedNonceCipher), 32, true, true)]
    [InlineData(typeof(SecretboxCipher), 32, true, false)]
    public void Values_come_back_and_changes_are_noticed(Type type, int keyBytes, bool authenticated, bool boundToKey)
    {
        var cipher = (IValueCipher)Activator.CreateInstance(type, Enumerable.Range(0, keyBytes).Select(i => (byte)i).ToArray())!;
        foreach (var length in new[] { 0, 1, 15, 16, 17, 63, 64, 65, 5000 })
        {
            var value = Enumerable.Range(0, length).Select(i => (byte)(i * 7)).ToArray();
            var stored = cipher.Encrypt(value, Key);
            Assert.NotEqual(stored, cipher.Encrypt(value, Key));
            Assert.Equal(value, cipher.Decrypt(stored, Key));
            if (boundToKey) Assert.Throws<ValueTransformException>(() => cipher.Decrypt(stored, "/registry/secrets/default/b"u8));
            stored[^1] ^= 1;
            if (authenticated) Assert.Throws<ValueTransformException>(() => cipher.Decrypt(stored, Key));
        }

        Assert.Throws<ValueTransformException>(() => cipher.Decrypt([], Key));
    }

    [Fact]
    public async Task Keys_and_providers_rotate()
    {
        var directory = Directory.CreateTempSubdirectory("tiphys-test-").FullName;
        var before = Rules(directory, "aescbc: {keys: [{name: old, secret: MDEyMzQ1Njc4OWFiY2RlZg==}]}");
        var plain = "value"u8.ToArray();
        var stored = before.ToStorage(plain, Key);
        Assert.StartsWith("k8s:enc:aescbc:v1:old:", Encoding.Latin1.GetString(stored), StringComparison.Ordinal);
        Assert.False((await before.ReadAsync(stored)).Stale);

        var rotated = Rules(
            directory,
            "secretbox: {keys: [{name: new, secret: MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=}]}",
            "aescbc: {keys: [{name: other, secret: ZmVkY2JhOTg3NjU0MzIxMA==}]}",
            "aescbc: {keys: [{name: newer, secret: ZmVkY2JhOTg3NjU0MzIxMA==}, {name: old, secret: MDEyMzQ1Njc4OWFiY2RlZg==}]}",
            "identity: {}");
        foreach (var old in new[] { stored, plain }) Assert.Equal(("value", true), await rotated.ReadAsync(old));

        Assert.StartsWith("k8s:enc:secretbox:v1:new:", Encoding.Latin1.GetString(rotated.ToStorage(plain, Key)), StringComparison.Ordinal);
        Assert.Equal("no matching prefix found", await before.ComplaintAsync(plain));
        Assert.Contains("no matching key was found for the provided AES transformer", await before.ComplaintAsync("k8s:enc:aescbc:v1:x:"u8.ToArray()), StringComparison.Ordinal);
        Assert.Equal("identity transformer tried to read encrypted data", await IdentityTransformer.Instance.ComplaintAsync(stored));
        Directory.Delete(directory, recursive: true);
    }

    private static IValueTransformer Rules(string directory, params string[] providers)
    {
        var file = Path.Combine(directory, "enc.yaml");
        File.WriteAllText(file, $"kind: EncryptionConfiguration\napiVersion: apiserver.config.k8s.io/v1\nresources:\n- resources: [secrets]\n  providers:\n{string.Concat(providers.Select(p => $"  - {p}\n"))}");
        return EncryptionTesting.Load(file).For(new("", "secrets"));
    }
}
