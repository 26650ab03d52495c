using System.Text;
using Microsoft.Extensions.Logging;
using Tiphys.ApiServer.Kms;

namespace Tiphys.ApiServer;

/// <summary>Which transformer each resource is stored with, made from a valid configuration.</summary>
internal sealed class EncryptionRules : IAsyncDisposable
{
    public static readonly GroupResource Everything = new("*", "*");

    private readonly Dictionary<GroupResource, PrefixTransformer> _transformers;
    private readonly IReadOnlyList<KmsProvider> _kms;

    private EncryptionRules(Dictionary<GroupResource, PrefixTransformer> transformers, IReadOnlyList<KmsProvider> kms, string hash)
    {
        _transformers = transformers;
        _kms = kms;
        Hash = hash;
    }

    /// <summary>Hash of the file they come from.</summary>
    public string Hash { get; }

    /// <summary>Whether KMS plugins have a part in them.</summary>
    public bool HasKms => _kms.Count > 0;

    /// <summary>How long calls that were begun under these rules may still go on, generously.</summary>
    public TimeSpan GracePeriod => 2 * _kms.Aggregate(TimeSpan.Zero, static (sum, k) => sum + k.Settings.Timeout);

    /// <summary>Loads, checks and applies a file. KMS plugins are not asked for anything before <see cref="StartAsync"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="reload">Whether it can be read again while the server runs.</param>
    /// <param name="time">The clock of KMS providers.</param>
    /// <param name="logger">Where their troubles are told.</param>
    /// <exception cref="EncryptionConfigException">It cannot be used.</exception>
    public static EncryptionRules Load(string path, bool reload, TimeProvider time, ILogger logger)
    {
        var (configuration, hash) = EncryptionConfigFile.Load(path);
        if (EncryptionValidation.Validate(configuration, reload) is { Count: > 0 } errors) throw new EncryptionConfigException($"error while parsing file: {errors}");
        RefuseKmsV1(configuration);
        RefuseMasked(configuration);
        var kms = new List<KmsProvider>();
        var providers = new Dictionary<GroupResource, List<(byte[], IValueTransformer)>>();
        foreach (var item in configuration.Resources)
        {
            var transformers = item.Providers.Select(p => p.Plugin is { } plugin ? Kms(plugin) : Transformer(p)).ToList();
            foreach (var resource in item.Resources.Select(Parse))
            {
                // A resource that comes again gets its later providers for reading.
                if (!providers.TryGetValue(resource, out var list)) providers.Add(resource, list = []);
                list.AddRange(transformers);
            }
        }

        return new EncryptionRules(providers.ToDictionary(static p => p.Key, static p => new PrefixTransformer("no matching prefix found", p.Value)), kms, hash);

        (byte[], IValueTransformer) Kms(KmsSettings settings)
        {
            var provider = new KmsProvider(settings, time, logger);
            kms.Add(provider);
            return (Encoding.UTF8.GetBytes($"k8s:enc:kms:v2:{settings.Name}:"), new KmsTransformer(provider, time));
        }
    }

    /// <summary>Asks all KMS plugins a first time, and from then on by the clock.</summary>
    public Task StartAsync(CancellationToken cancel) => Task.WhenAll(_kms.Select(k => k.StartAsync(cancel)));

    /// <summary>What is wrong with the KMS plugins, or null.</summary>
    public async ValueTask<string?> ProblemAsync(CancellationToken cancel)
    {
        List<string> problems = [];
        for (var i = 0; i < _kms.Count; i++)
        {
            if (await _kms[i].ProblemAsync(cancel) is { } problem) problems.Add($"kms-provider-{i}: {problem}");
        }

        return problems.Count == 0 ? null : Aggregate.Text(problems);
    }

    /// <summary>Stops asking the plugins.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var kms in _kms) await kms.DisposeAsync();
    }

    /// <summary>The transformer of a resource; plain storage when no rule is about it.</summary>
    public IValueTransformer For(GroupResource resource) =>
        _transformers.GetValueOrDefault(resource) ?? _transformers.GetValueOrDefault(resource with { Resource = "*" }) ?? (IValueTransformer?)_transformers.GetValueOrDefault(Everything) ?? IdentityTransformer.Instance;

    /// <summary><c>secrets</c>, <c>deployments.apps</c>, <c>*.</c>, <c>*.apps</c>, <c>*.*</c>.</summary>
    public static GroupResource Parse(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? new("", text) : new(text[(dot + 1)..], text[..dot]);
    }

    private static string Show(GroupResource resource) => resource is ("", "*") ? "*." : resource.ToString();

    private static void RefuseKmsV1(EncryptionConfiguration configuration)
    {
        if (configuration.Resources.Any(static r => r.Providers.Any(static p => p.Plugin is { ApiVersion: KmsSettings.V1 })))
        {
            throw new EncryptionConfigException(
                "error while building transformers: KMSv1 is deprecated and will only receive security updates going forward. Use KMSv2 instead.  Set --feature-gates=KMSv1=true to use the deprecated KMSv1 feature.");
        }
    }

    private static void RefuseMasked(EncryptionConfiguration configuration)
    {
        var earlier = new HashSet<GroupResource>();
        foreach (var resource in configuration.Resources.SelectMany(static r => r.Resources.Select(Parse)))
        {
            foreach (var mask in new[] { resource with { Resource = "*" }, Everything })
            {
                if (earlier.Contains(mask)) throw new EncryptionConfigException($"error while building transformers: resource \"{Show(resource)}\" is masked by earlier rule \"{Show(mask)}\"");
            }

            earlier.Add(resource);
        }
    }

    private static (byte[] Prefix, IValueTransformer Transformer) Transformer(EncryptionProvider provider)
    {
        var name = provider.Names[0];
        if (name == EncryptionProvider.Identity) return ([], IdentityTransformer.Instance);
        var keys = provider.Keys.Select(key => (Encoding.UTF8.GetBytes(key.Name + ":"), (IValueTransformer)new CipherTransformer(Cipher(name, Convert.FromBase64String(key.Secret))))).ToList();
        var noMatch = $"no matching key was found for the provided {(name == EncryptionProvider.Secretbox ? "Secretbox" : "AES")} transformer";
        return (Encoding.UTF8.GetBytes($"k8s:enc:{name}:v1:"), new PrefixTransformer(noMatch, keys));
    }

    private static IValueCipher Cipher(string name, byte[] secret) => name switch
    {
        EncryptionProvider.AesCbc => new AesCbcCipher(secret),
        EncryptionProvider.AesGcm => new AesGcmCipher(secret),
        _ => new SecretboxCipher(secret),
    };
}
