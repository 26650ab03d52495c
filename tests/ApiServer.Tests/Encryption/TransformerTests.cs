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

    [Theory]
    [InlineData(typeof(AesCbcTransformer), 16, false, false)]
    [InlineData(typeof(AesCbcTransformer), 32, false, false)]
    [InlineData(typeof(AesGcmTransformer), 24, true, true)]
    [InlineData(typeof(SecretboxTransformer), 32, true, false)]
    public void Values_come_back_and_changes_are_noticed(Type type, int keyBytes, bool authenticated, bool boundToKey)
    {
        var transformer = (IValueTransformer)Activator.CreateInstance(type, Enumerable.Range(0, keyBytes).Select(i => (byte)i).ToArray())!;
        foreach (var length in new[] { 0, 1, 15, 16, 17, 63, 64, 65, 5000 })
        {
            var value = Enumerable.Range(0, length).Select(i => (byte)(i * 7)).ToArray();
            var stored = transformer.ToStorage(value, Key);
            Assert.NotEqual(stored, transformer.ToStorage(value, Key));
            Assert.Equal(value, transformer.FromStorage(stored, Key).Value);
            if (boundToKey) Assert.Throws<ValueTransformException>(() => transformer.FromStorage(stored, "/registry/secrets/default/b"u8));
            stored[^1] ^= 1;
            if (authenticated) Assert.Throws<ValueTransformException>(() => transformer.FromStorage(stored, Key));
        }

        Assert.Throws<ValueTransformException>(() => transformer.FromStorage([], Key));
    }

    [Fact]
    public void Keys_and_providers_rotate()
    {
        var directory = Directory.CreateTempSubdirectory("tiphys-test-").FullName;
        var before = Rules(directory, "aescbc: {keys: [{name: old, secret: MDEyMzQ1Njc4OWFiY2RlZg==}]}");
        var plain = "value"u8.ToArray();
        var stored = before.ToStorage(plain, Key);
        Assert.StartsWith("k8s:enc:aescbc:v1:old:", Encoding.Latin1.GetString(stored), StringComparison.Ordinal);
        Assert.False(before.FromStorage(stored, Key).Stale);

        var rotated = Rules(
            directory,
            "secretbox: {keys: [{name: new, secret: MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=}]}",
            "aescbc: {keys: [{name: other, secret: ZmVkY2JhOTg3NjU0MzIxMA==}]}",
            "aescbc: {keys: [{name: newer, secret: ZmVkY2JhOTg3NjU0MzIxMA==}, {name: old, secret: MDEyMzQ1Njc4OWFiY2RlZg==}]}",
            "identity: {}");
        foreach (var old in new[] { stored, plain })
        {
            var (value, stale) = rotated.FromStorage(old, Key);
            Assert.Equal((plain, true), (value, stale), new Equal());
        }

        Assert.StartsWith("k8s:enc:secretbox:v1:new:", Encoding.Latin1.GetString(rotated.ToStorage(plain, Key)), StringComparison.Ordinal);
        Assert.Equal("no matching prefix found", Assert.Throws<ValueTransformException>(() => before.FromStorage(plain, Key)).Message);
        Assert.Contains("no matching key was found for the provided AES transformer", Assert.Throws<ValueTransformException>(() => before.FromStorage("k8s:enc:aescbc:v1:x:"u8, Key)).Message, StringComparison.Ordinal);
        Assert.Equal("identity transformer tried to read encrypted data", Assert.Throws<ValueTransformException>(() => IdentityTransformer.Instance.FromStorage(stored, Key)).Message);
        Directory.Delete(directory, recursive: true);
    }

    private static IValueTransformer Rules(string directory, params string[] providers)
    {
        var file = Path.Combine(directory, "enc.yaml");
        File.WriteAllText(file, $"kind: EncryptionConfiguration\napiVersion: apiserver.config.k8s.io/v1\nresources:\n- resources: [secrets]\n  providers:\n{string.Concat(providers.Select(p => $"  - {p}\n"))}");
        return EncryptionRules.Load(file).For(new("", "secrets"));
    }

    private sealed class Equal : IEqualityComparer<(byte[] Value, bool Stale)>
    {
        bool IEqualityComparer<(byte[] Value, bool Stale)>.Equals((byte[] Value, bool Stale) x, (byte[] Value, bool Stale) y) => x.Stale == y.Stale && x.Value.AsSpan().SequenceEqual(y.Value);

        public int GetHashCode((byte[] Value, bool Stale) obj) => obj.Value.Length;
    }
}
