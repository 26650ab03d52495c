using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Tiphys.ApiServer.Kms;

namespace Tiphys.ApiServer.Tests;

/// <summary>The provider <c>kms</c> with a plugin on a socket.</summary>
public sealed class KmsTests : IAsyncDisposable
{
    private const string Prefix = "k8s:enc:kms:v2:vault:";
    private const string Away = "10s";
    private static readonly TimeSpan CallTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenConnections = TimeSpan.FromMilliseconds(100);

    private readonly string _directory = Directory.CreateTempSubdirectory("tiphys-test-").FullName;
    private readonly List<EncryptionRules> _opened = [];
    private readonly ManualTime _time = new();
    private readonly FakeKms _kms;

    public KmsTests() => _kms = new FakeKms(Path.Combine(_directory, "kms.sock"));

    public async ValueTask DisposeAsync()
    {
        foreach (var rules in _opened) await rules.DisposeAsync();
        await _kms.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Values_are_stored_as_upstream_stores_them_and_the_plugin_is_asked_once_for_each_data_key()
    {
        await _kms.StartAsync();
        var (writer, rules) = await OpenAsync();
        List<byte[]> stored = [.. Enumerable.Range(0, 20).Select(i => writer.Write($"value {i}"))];
        for (var i = 0; i < 20; i++) Assert.Equal(($"value {i}", false), await writer.ReadAsync(stored[i]));
        Assert.Equal((1, 0), (_kms.Encryptions, _kms.Decryptions));
        Assert.Null(await rules.ProblemAsync(default));

        var sealedValue = Parse(stored[3]);
        Assert.Equal("key-1", sealedValue.KeyID);
        Assert.Equal(EncryptedDEKSourceType.HkdfSha256XnonceAesGcmSeed, sealedValue.EncryptedDEKSourceType);
        Assert.Equal("1", sealedValue.Annotations["version.kms.example"].ToStringUtf8());
        Assert.All(stored, s => Assert.Equal(sealedValue.EncryptedDEKSource, Parse(s).EncryptedDEKSource));

        // A server that starts anew has a data key of its own, and must ask for the older ones.
        var (reader, _) = await OpenAsync();
        for (var i = 0; i < 20; i++) Assert.Equal(($"value {i}", false), await reader.ReadAsync(stored[i]));
        Assert.Equal((2, 1), (_kms.Encryptions, _kms.Decryptions));
        Assert.Equal(("y", false), await writer.ReadAsync(reader.Write("y")));
    }

    /// <summary>As servers before 1.29 wrote: the plugin keeps the data key itself, not a seed.</summary>
    [Fact]
    public async Task A_plain_data_key_is_read_and_is_stale()
    {
        await _kms.StartAsync();
        var (transformer, _) = await OpenAsync();
        var key = RandomNumberGenerator.GetBytes(32);
        var old = new EncryptedObject
        {
            KeyID = "key-1",
            EncryptedDEKSource = ByteString.CopyFrom(FakeKms.Encrypt(key, "key-1")),
            EncryptedData = ByteString.CopyFrom(new AesGcmCipher(key).Encrypt("old"u8, EncryptionTesting.Key)),
        };
        old.Annotations.Add("version.kms.example", ByteString.CopyFromUtf8("1"));
        Assert.Equal(("old", true), await transformer.ReadAsync([.. Encoding.UTF8.GetBytes(Prefix), .. old.ToByteArray()]));
    }

    [Fact]
    public async Task A_new_key_of_the_plugin_is_noticed_within_a_minute()
    {
        await _kms.StartAsync();
        var (transformer, _) = await OpenAsync();
        var first = transformer.Write("a");
        _kms.KeyId = "key-2";
        Assert.Equal("key-1", Parse(transformer.Write("b")).KeyID);
        Assert.False((await transformer.ReadAsync(first)).Stale);

        _time.Advance(TimeSpan.FromMinutes(1));
        await Patience.UntilAsync(() => Parse(transformer.Write("c")).KeyID == "key-2");
        Assert.Equal(("a", true), await transformer.ReadAsync(first));
        Assert.False((await transformer.ReadAsync(transformer.Write("c"))).Stale);
        Assert.Equal(0, _kms.Decryptions);
    }

    [Fact]
    public async Task Without_the_plugin_what_was_read_is_readable_and_writing_ends_after_three_minutes()
    {
        await _kms.StartAsync();
        var (transformer, rules) = await OpenAsync(Away);
        var known = transformer.Write("known");
        var (other, _) = await OpenAsync(Away);
        var unknown = other.Write("unknown");
        await _kms.StopAsync();

        _time.Advance(TimeSpan.FromSeconds(30));

        // A call on a connection that just broke fails at once; all others wait for a new one.
        var first = rules.ProblemAsync(default).AsTask();
        await Patience.UntilAsync(() => first.IsCompleted || IsWaiting());
        if (!first.IsCompleted) await OverdueAsync(first);
        Assert.StartsWith("kms-provider-0: failed to perform status section of the healthz check for KMS Provider vault, error: rpc error: code = ", await first, StringComparison.Ordinal);
        Assert.Equal("known", (await transformer.ReadAsync(known)).Value);
        Assert.StartsWith("failed to decrypt DEK, error: rpc error: code = DeadlineExceeded desc = context deadline exceeded while waiting for connections to become ready: ", await OverdueAsync(transformer.ComplaintAsync(unknown)), StringComparison.Ordinal);
        Assert.Equal("c", (await transformer.ReadAsync(transformer.Write("c"))).Value);

        _time.Advance(new DateTimeOffset(2026, 1, 1, 0, 3, 1, TimeSpan.Zero) - _time.GetUtcNow());
        var expired = Assert.Throws<ValueTransformException>(() => transformer.Write("d")).Message;
        Assert.Equal(
            $"encryptedDEKSource with keyID hash \"{EncryptedObjects.Hash("key-1")}\" expired at 2026-01-01T00:03:00Z (current time is 2026-01-01T00:03:01Z)", expired);
        Assert.Equal("known", (await transformer.ReadAsync(known)).Value);

        await _kms.StartAsync();
        await WritableAsync(transformer);
        Assert.Null(await rules.ProblemAsync(default));
        Assert.Equal("unknown", (await transformer.ReadAsync(unknown)).Value);
        Assert.Equal("known", (await transformer.ReadAsync(known)).Value);
    }

    [Fact]
    public async Task A_plugin_may_start_after_the_server()
    {
        var (transformer, rules) = await OverdueAsync(OpenAsync(Away));
        Assert.NotNull(await rules.ProblemAsync(default));
        Assert.Equal("got unexpected nil transformer", Assert.Throws<ValueTransformException>(() => transformer.Write("a")).Message);
        await _kms.StartAsync();
        await WritableAsync(transformer);
        Assert.Null(await rules.ProblemAsync(default));
    }

    [Fact]
    public async Task A_plugin_that_comes_within_the_time_of_a_call_answers_it()
    {
        var opening = OpenAsync(Away);
        await WaitingAsync();
        _time.Advance(CallTime - TimeSpan.FromSeconds(5));
        Assert.False(opening.IsCompleted);
        await _kms.StartAsync();
        await Patience.UntilAsync(WaitingOrDone, "the call waits to connect");
        _time.Advance(TimeSpan.FromMilliseconds(100));
        var (transformer, rules) = await opening;
        Assert.Null(await rules.ProblemAsync(default));
        Assert.Equal("key-1", Parse(transformer.Write("a")).KeyID);

        bool WaitingOrDone() => opening.IsCompleted || _time.IsAwaited(BetweenConnections);
    }

    [Fact]
    public async Task What_a_plugin_says_is_checked()
    {
        await _kms.StartAsync();
        var (transformer, rules) = await OpenAsync();
        Assert.Contains("kmsv2 Provider vault is not healthy, error: got unexpected healthz status: sealed", await SayAsync(k => k.Health = "sealed"), StringComparison.Ordinal);
        Assert.Contains("expected KMSv2 API version v2, got v1", await SayAsync(k => (k.Health, k.Version) = ("ok", "v1")), StringComparison.Ordinal);
        Assert.Contains("KMSv2 API version should not change after the initial status response version v2, got v2beta1", await SayAsync(k => k.Version = "v2beta1"), StringComparison.Ordinal);
        Assert.Contains("got invalid KMSv2 KeyID hash \"\": keyID is empty", await SayAsync(k => (k.Version, k.KeyId) = ("v2", "")), StringComparison.Ordinal);
        Assert.Contains("keyID is 1025 bytes, which exceeds the max size of 1024", await SayAsync(k => k.KeyId = new string('k', 1025)), StringComparison.Ordinal);
        Assert.Contains($"encryptKeyIDHash=\"{EncryptedObjects.Hash("key-3")}\"", await SayAsync(k => (k.KeyId, k.OtherKeyId) = ("key-2", "key-3")), StringComparison.Ordinal);
        Assert.Contains("failed to validate annotations: annotations: Invalid value: \"short\": should be a domain with at least two segments separated by dots", await SayAsync(k =>
        {
            k.OtherKeyId = null;
            k.Annotations["short"] = "";
        }), StringComparison.Ordinal);

        // None of this stops what was good before.
        Assert.Equal("key-1", Parse(transformer.Write("a")).KeyID);
        Assert.Null(await SayAsync(k => k.Annotations.Remove("short")));
        Assert.Equal("key-2", Parse(transformer.Write("a")).KeyID);

        async Task<string?> SayAsync(Action<FakeKms> change)
        {
            change(_kms);
            _time.Advance(TimeSpan.FromSeconds(21));
            return await rules.ProblemAsync(default);
        }
    }

    [Fact]
    public async Task What_is_stored_is_checked()
    {
        await _kms.StartAsync();
        var (transformer, _) = await OpenAsync();
        var good = Parse(transformer.Write("a"));
        Assert.Equal("encrypted data is empty", await ComplaintAsync(o => o.EncryptedData = ByteString.Empty));
        Assert.Equal("failed to validate encrypted DEK source: encrypted DEK source is empty", await ComplaintAsync(o => o.EncryptedDEKSource = ByteString.Empty));
        Assert.Equal("failed to validate key id: keyID is empty", await ComplaintAsync(o => o.KeyID = ""));
        Assert.Equal("unknown encryptedDEKSourceType: 7", await ComplaintAsync(o => o.EncryptedDEKSourceType = (EncryptedDEKSourceType)7));
        Assert.Equal("cipher: message authentication failed", await ComplaintAsync(o => o.EncryptedData = ByteString.CopyFrom([.. o.EncryptedData.Span[..^1], (byte)(o.EncryptedData.Span[^1] ^ 1)])));
        Assert.StartsWith("proto: ", await transformer.ComplaintAsync([.. Encoding.UTF8.GetBytes(Prefix), 0xff, 0xff]), StringComparison.Ordinal);
        Assert.Equal("identity transformer tried to read encrypted data", await IdentityTransformer.Instance.ComplaintAsync(transformer.Write("a")));

        Task<string> ComplaintAsync(Action<EncryptedObject> change)
        {
            var changed = good.Clone();
            change(changed);
            return transformer.ComplaintAsync([.. Encoding.UTF8.GetBytes(Prefix), .. changed.ToByteArray()]);
        }
    }

    /// <summary>What a call to a plugin that is away comes to: not before its time is over, and then at once.</summary>
    private async Task<T> OverdueAsync<T>(Task<T> call)
    {
        await WaitingAsync();
        _time.Advance(CallTime - TimeSpan.FromMilliseconds(1));
        Assert.False(call.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        return await call.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
    }

    /// <summary>A call found nobody there, and will try again.</summary>
    private Task WaitingAsync() => Patience.UntilAsync(IsWaiting, "a call waits for the plugin");

    private bool IsWaiting() => _time.IsAwaited(BetweenConnections) && _time.IsAwaited(CallTime);

    // In small steps: a call that is under way must not run out of time for the test's haste.
    private Task WritableAsync(IValueTransformer transformer) => Patience.UntilAsync(() =>
    {
        _time.Advance(TimeSpan.FromMilliseconds(500));
        return CanWrite(transformer);
    });

    // Where the plugin is there, the steps of the clock are shorter than a call may take.
    private async Task<(IValueTransformer Transformer, EncryptionRules Rules)> OpenAsync(string timeout = "2m")
    {
        var file = Path.Combine(_directory, "enc.yaml");
        await File.WriteAllTextAsync(
            file,
            $"kind: EncryptionConfiguration\napiVersion: apiserver.config.k8s.io/v1\nresources:\n- resources: [secrets]\n  providers:\n  - kms: {{apiVersion: v2, name: vault, endpoint: \"{_kms.Endpoint}\", timeout: {timeout}}}\n");
        var rules = EncryptionTesting.Load(file, _time);
        _opened.Add(rules);
        await rules.StartAsync(TestContext.Current.CancellationToken);
        return (rules.For(new("", "secrets")), rules);
    }

    private static EncryptedObject Parse(byte[] stored)
    {
        Assert.StartsWith(Prefix, Encoding.Latin1.GetString(stored), StringComparison.Ordinal);
        return EncryptedObject.Parser.ParseFrom(stored.AsSpan(Prefix.Length));
    }

    private static bool CanWrite(IValueTransformer transformer)
    {
        try
        {
            transformer.Write("x");
            return true;
        }
        catch (ValueTransformException)
        {
            return false;
        }
    }
}
