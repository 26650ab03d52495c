using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;

namespace Tiphys.Client.Tests;

public sealed class CertificateKeeperTests : IDisposable
{
    private static readonly CertificateTemplate s_template = CertificateTemplate.Client("kubernetes.io/kube-apiserver-client-kubelet", "system:node:a", "system:nodes");
    private readonly string _directory = Directory.CreateTempSubdirectory("tiphys-keeper-").FullName;
    private readonly ManualTime _time = new();

    [Theory]
    [InlineData(0, 7.0)]
    [InlineData(0.5, 8.0)]
    [InlineData(1, 9.0)]
    public async Task A_certificate_is_to_be_replaced_between_seven_and_nine_tenths_of_its_life(double random, double days)
    {
        var keeper = Keeper(random);
        await keeper.EnsureAsync(new Signer(_time), default);
        Assert.Equal(days, (keeper.NextRotation() - _time.GetUtcNow()).TotalDays, 3);
    }

    [Fact]
    public async Task It_is_replaced_when_its_time_comes_and_a_restart_finds_the_new_one()
    {
        var signer = new Signer(_time);
        var keeper = Keeper(0.5);
        var changes = 0;
        keeper.Changed += () => changes++;
        using var stop = new CancellationTokenSource();
        var running = keeper.RunAsync(signer, stop.Token);
        await Patience.UntilAsync(() => changes == 1 && _time.IsAwaited(keeper.NextRotation() - _time.GetUtcNow()), "the first certificate is there, and the time of the next is waited for");
        var first = keeper.Current!;

        _time.Advance(TimeSpan.FromDays(7.9));
        Assert.True(_time.IsAwaited(keeper.NextRotation() - _time.GetUtcNow()));
        Assert.Same(first, keeper.Current);

        _time.Advance(TimeSpan.FromDays(0.2));
        await Patience.UntilAsync(() => signer.Issued == 2 && changes == 2);
        Assert.NotEqual(first.SerialNumber, keeper.Current!.SerialNumber);
        Assert.NotEqual(first.GetPublicKey(), keeper.Current.GetPublicKey());
        Assert.Equal(keeper.Current.SerialNumber, Keeper(0.5).Current!.SerialNumber);
        Assert.True(Keeper(0.5).Current!.HasPrivateKey);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_short_life_that_was_dated_back_is_used_for_half_of_it_at_least()
    {
        var keeper = Keeper(0);
        await keeper.EnsureAsync(new Signer(_time) { Backdate = TimeSpan.FromMinutes(5), Life = TimeSpan.FromMinutes(1) }, default);
        Assert.Equal(TimeSpan.FromSeconds(30), keeper.NextRotation() - _time.GetUtcNow());
    }

    [Fact]
    public async Task Nobody_is_asked_while_the_kept_certificate_will_do()
    {
        await Keeper(0).EnsureAsync(new Signer(_time), default);
        var signer = new Signer(_time);
        await Keeper(0).EnsureAsync(signer, default);
        Assert.Equal(0, signer.Issued);

        // Expired, it is no certificate any more.
        _time.Advance(TimeSpan.FromDays(11));
        Assert.Null(Keeper(0).Current);
        await Keeper(0).EnsureAsync(signer, default);
        Assert.Equal(1, signer.Issued);
    }

    [Fact]
    public async Task A_node_of_another_name_gets_a_certificate_of_its_own()
    {
        await Keeper(0).EnsureAsync(new Signer(_time), default);
        var other = new CertificateKeeper(new(_directory, "client"), static () => s_template with { CommonName = "system:node:b" }, _time, NullLogger.Instance);
        Assert.True(other.NextRotation() < _time.GetUtcNow());
    }

    [Fact]
    public async Task After_a_restart_the_same_key_asks_again_until_it_is_refused()
    {
        var signer = new Signer(_time) { Trouble = new HttpRequestException("away") };
        await Assert.ThrowsAsync<HttpRequestException>(() => Keeper(0).EnsureAsync(signer, default));
        await Assert.ThrowsAsync<HttpRequestException>(() => Keeper(0).EnsureAsync(signer, default));
        signer.Trouble = new CertificateRefusedException("denied");
        await Assert.ThrowsAsync<CertificateRefusedException>(() => Keeper(0).EnsureAsync(signer, default));
        signer.Trouble = null;
        await Keeper(0).EnsureAsync(signer, default);
        Assert.Equal([0, 0, 0, 1], signer.Keys.Select(k => signer.Keys.Distinct().ToList().IndexOf(k)));
    }

    [Fact]
    public async Task A_failed_replacement_is_tried_again()
    {
        var signer = new Signer(_time) { Trouble = new HttpRequestException("away") };
        var keeper = Keeper(0);
        using var stop = new CancellationTokenSource();
        var running = keeper.RunAsync(signer, stop.Token);
        await Patience.UntilAsync(() => signer.Keys.Count == 1);
        signer.Trouble = null;
        await Patience.UntilAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return signer.Issued > 0;
            },
            "it asks again");
        await Patience.UntilAsync(() => keeper.Current is not null);
        await keeper.WaitAsync(TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await running;
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private CertificateKeeper Keeper(double random) => new(new(_directory, "client"), static () => s_template, _time, NullLogger.Instance, () => random);

    /// <summary>Signs for ten days, unless told otherwise.</summary>
    private sealed class Signer(TimeProvider time) : ICertificateIssuer
    {
        public List<string> Keys { get; } = [];

        public int Issued { get; private set; }

        public Exception? Trouble { get; set; }

        public TimeSpan Backdate { get; init; }

        public TimeSpan Life { get; init; } = TimeSpan.FromDays(10);

        public Task<string> IssueAsync(CertificateTemplate template, ECDsa key, CancellationToken cancel)
        {
            Keys.Add(Convert.ToHexString(key.ExportSubjectPublicKeyInfo()));
            if (Trouble is not null) return Task.FromException<string>(Trouble);
            var request = CertificateRequest.LoadSigningRequestPem(template.Request(key), HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
            using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            Issued++;
            using var certificate = request.Create(new X500DistinguishedName("CN=ca"), X509SignatureGenerator.CreateForECDsa(authorityKey), time.GetUtcNow() - Backdate, time.GetUtcNow() + Life, [(byte)Issued, 1]);
            return Task.FromResult(certificate.ExportCertificatePem());
        }
    }
}
