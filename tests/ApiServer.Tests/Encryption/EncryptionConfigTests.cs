namespace Tiphys.ApiServer.Tests;

/// <summary>Files that cannot be used, with upstream's messages.</summary>
public sealed class EncryptionConfigTests : IDisposable
{
    private const string Good = "providers: [{identity: {}}]";
    private readonly string _directory = Directory.CreateTempSubdirectory("tiphys-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("[]", "resources: Required value: at least one resources is required")]
    [InlineData("[{resources: [], " + Good + "}]", "resources[0].resources: Required value: at least one resources[0].resources is required")]
    [InlineData("[{resources: [secrets], providers: []}]", "resources[0].providers: Required value: at least one resources[0].providers is required")]
    [InlineData("[{resources: [Secrets], " + Good + "}]", "resources[0].resources[0]: Invalid value: \"Secrets\": resource name should not contain capital letters")]
    [InlineData("[{resources: [\"*\"], " + Good + "}]", "resources[0].resources[0]: Invalid value: \"*\": use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources")]
    [InlineData("[{resources: [\"secrets.*\"], " + Good + "}]", "resources[0].resources[0]: Invalid value: \"secrets.*\": encrypting the same resource across groups is not supported")]
    [InlineData("[{resources: [secrets, secrets], " + Good + "}]", "resources[0].resources: Invalid value: [\"secrets\",\"secrets\"]: the same resource cannot be specified multiple times")]
    [InlineData("[{resources: [secrets, \"*.\"], " + Good + "}]", "resources[0].resources: Invalid value: [\"secrets\",\"*.\"]: using overlapping resources such as 'secrets' and '*.' in the same resource list is not allowed as they will be masked")]
    [InlineData("[{resources: [secrets], providers: [{aescbc: {keys: []}}]}]", "resources[0].providers[0].aescbc.keys: Required value: at least one keys is required")]
    [InlineData("[{resources: [secrets], providers: [{aescbc: {keys: [{name: a, secret: \"?\"}]}}]}]", "resources[0].providers[0].aescbc.keys[0].secret: Invalid value: \"REDACTED\": secrets must be base64 encoded")]
    [InlineData("[{resources: [secrets], providers: [{aesgcm: {keys: [{name: a, secret: YWJj}]}}]}]", "resources[0].providers[0].aesgcm.keys[0].secret: Invalid value: \"REDACTED\": secret is not of the expected length, got 3, expected one of [16 24 32]")]
    [InlineData("[{resources: [secrets], providers: [{secretbox: {keys: [{secret: MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=}]}}]}]", "resources[0].providers[0].secretbox.keys[0].name: Required value: name is a mandatory field for a key")]
    [InlineData("[{resources: [secrets], providers: [{kms: {apiVersion: v2, endpoint: \"unix:///a\"}}]}]", "resources[0].providers[0].kms.name: Required value: name is a mandatory field for a provider")]
    [InlineData("[{resources: [secrets], providers: [{kms: {apiVersion: v2, name: \"a:b\", endpoint: \"unix:///a\"}}]}]", "resources[0].providers[0].kms.name: Invalid value: \"a:b\": invalid KMS provider name a:b, must not contain ':'")]
    [InlineData("[{resources: [secrets], providers: [{kms: {apiVersion: v2, name: a, endpoint: \"unix:///a\"}}, {kms: {apiVersion: v2, name: a, endpoint: \"unix:///b\"}}]}]", "resources[0].providers[1].kms.name: Invalid value: \"a\": duplicate KMS provider name a, names must be unique")]
    [InlineData("[{resources: [secrets], providers: [{kms: {apiVersion: v2, name: a, endpoint: \"unix:///a\", timeout: -1s}}]}]", "resources[0].providers[0].kms.timeout: Invalid value: \"-1s\": timeout should be a positive value")]
    [InlineData("[{resources: [secrets], providers: [{kms: {apiVersion: v2, name: a}}]}]", "resources[0].providers[0].kms.endpoint: Invalid value: \"\": endpoint is a mandatory field for a kms")]
    [InlineData("[{resources: [secrets], providers: [{kms: {apiVersion: v2, name: a, endpoint: \"http://a\"}}]}]", "resources[0].providers[0].kms.endpoint: Invalid value: \"http://a\": unsupported scheme \"http\" for KMS provider, only unix is supported")]
    [InlineData("[{resources: [secrets], providers: [{kms: {apiVersion: v2, name: a, endpoint: \"unix:///a\", cachesize: 5}}]}]", "resources[0].providers[0].kms.cachesize: Invalid value: 5: cachesize is not supported in v2")]
    [InlineData("[{resources: [secrets], providers: [{kms: {apiVersion: v3, name: a, endpoint: \"unix:///a\"}}]}]", "resources[0].providers[0].kms.apiVersion: Invalid value: \"v3\": unsupported apiVersion apiVersion for KMS provider, only v1 and v2 are supported")]
    [InlineData("[{resources: [secrets], providers: [{kms: {apiVersion: v2, name: a, endpoint: \"unix:\"}}]}]", "resources[0].providers[0].kms.endpoint: Invalid value: \"unix:\": no socket can have this name")]
    public void A_broken_rule_is_named(string resources, string message)
    {
        Assert.Equal("error while parsing file: " + message, Assert.Throws<EncryptionConfigException>(() => EncryptionTesting.Load(Write(resources))).Message);
    }

    [Fact]
    public void A_rule_that_an_earlier_one_masks_is_refused()
    {
        Assert.Equal(
            "error while building transformers: resource \"secrets\" is masked by earlier rule \"*.\"",
            Assert.Throws<EncryptionConfigException>(() => EncryptionTesting.Load(Write("[{resources: [\"*.\"], " + Good + "}, {resources: [secrets], " + Good + "}]"))).Message);
    }

    [Theory]
    [InlineData("{name: a, endpoint: \"unix:///a\"}")]
    [InlineData("{apiVersion: v1, name: a, endpoint: \"unix:///a\", timeout: 1s, cachesize: 10}")]
    public void The_first_version_of_kms_is_refused(string kms)
    {
        Assert.Equal(
            "error while building transformers: KMSv1 is deprecated and will only receive security updates going forward. Use KMSv2 instead.  Set --feature-gates=KMSv1=true to use the deprecated KMSv1 feature.",
            Assert.Throws<EncryptionConfigException>(() => EncryptionTesting.Load(Write($"[{{resources: [secrets], providers: [{{kms: {kms}}}]}}]"))).Message);
    }

    [Theory]
    [InlineData("unix:///run/kms.sock", "/run/kms.sock")]
    [InlineData("unix:/run/kms.sock", "/run/kms.sock")]
    [InlineData("unix:///run/a%20b.sock", "/run/a b.sock")]
    [InlineData("unix:///@kms", "\0kms")]
    public void An_endpoint_is_a_socket(string endpoint, string path) => Assert.Equal(path, new Kms.KmsSettings("v2", "a", endpoint, TimeSpan.FromSeconds(3), null).SocketPath);

    [Fact]
    public void What_is_not_known_is_refused()
    {
        Assert.Contains("strict decoding error: unknown field \"resources[0].providers[0].aesbcb\"", Assert.Throws<EncryptionConfigException>(() =>
            EncryptionTesting.Load(Write("[{resources: [secrets], providers: [{aesbcb: {}}]}]"))).Message, StringComparison.Ordinal);
        Assert.Contains("error reading encryption provider configuration file", Assert.Throws<EncryptionConfigException>(() => EncryptionTesting.Load(Path.Combine(_directory, "no"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "secrets", true)]
    [InlineData("", "pods", true)]
    [InlineData("apps", "deployments", true)]
    [InlineData("apps", "daemonsets", false)]
    [InlineData("batch", "jobs", false)]
    public void Wildcards_choose_resources(string group, string resource, bool encrypted)
    {
        const string keys = "providers: [{aesgcm: {keys: [{name: a, secret: MDEyMzQ1Njc4OWFiY2RlZg==}]}}]";
        var rules = EncryptionTesting.Load(Write($"[{{resources: [deployments.apps], {keys}}}, {{resources: [\"*.\"], {keys}}}]"));
        Assert.Equal(encrypted, rules.For(new(group, resource)) is PrefixTransformer);
    }

    private string Write(string resources)
    {
        var file = Path.Combine(_directory, "enc.yaml");
        File.WriteAllText(file, $"apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources: {resources}\n");
        return file;
    }
}
