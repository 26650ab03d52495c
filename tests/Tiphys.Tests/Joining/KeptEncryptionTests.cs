using Tiphys.Joining;
using Tiphys.Server;

namespace Tiphys.Program.Tests;

public sealed class KeptEncryptionTests
{
    private static readonly ServerOptions s_encrypting = Options() with { EncryptionProviderConfig = "/enc.yaml", EncryptionReload = true };

    [Fact]
    public void A_server_goes_on_encrypting_when_the_flag_is_forgotten()
    {
        var kept = KeptEncryption.Apply(Options(), After(s_encrypting));
        Assert.Equal(("/enc.yaml", true), (kept.EncryptionProviderConfig, kept.EncryptionReload));
        Assert.Null(KeptEncryption.Apply(Options(), After(Options())).EncryptionProviderConfig);
        Assert.Null(KeptEncryption.Apply(Options(), null).EncryptionProviderConfig);
    }

    [Fact]
    public void The_flag_comes_before_the_record()
    {
        Assert.Null(KeptEncryption.Apply(Options("--encryption-provider-config"), After(s_encrypting)).EncryptionProviderConfig);
        var other = KeptEncryption.Apply(Options("--encryption-provider-config") with { EncryptionProviderConfig = "/other.yaml" }, After(s_encrypting));
        Assert.Equal(("/other.yaml", false), (other.EncryptionProviderConfig, other.EncryptionReload));
    }

    private static ServerOptions Options(params string[] given) => new() { DataDir = "x", Given = given.ToHashSet() };

    private static ServerRecord After(ServerOptions options) => ServerRecord.Of(options, new("https://10.0.0.1:6443"));
}
