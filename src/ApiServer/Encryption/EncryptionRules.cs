using System.Text;

namespace Tiphys.ApiServer;

/// <summary>Which transformer each resource is stored with, made from a valid configuration.</summary>
internal sealed class EncryptionRules
{
    public static readonly GroupResource Everything = new("*", "*");

    private readonly Dictionary<GroupResource, PrefixTransformer> _transformers;

    private EncryptionRules(Dictionary<GroupResource, PrefixTransformer> transformers, string hash)
    {
        _transformers = transformers;
        Hash = hash;
    }

    /// <summary>Hash of the file they come from.</summary>
    public string Hash { get; }

    /// <summary>Loads, checks and applies a file.</summary>
    /// <exception cref="EncryptionConfigException">It cannot be used.</exception>
    public static EncryptionRules Load(string path)
    {
        var (configuration, hash) = EncryptionConfigFile.Load(path);
        if (EncryptionValidation.Validate(configuration) is { Count: > 0 } errors) throw new EncryptionConfigException($"error while parsing file: {errors}");
        var providers = new Dictionary<GroupResource, List<(byte[], IValueTransformer)>>();
        foreach (var item in configuration.Resources)
        {
            var transformers = item.Providers.Select(Transformer).ToList();
            foreach (var resource in item.Resources.Select(Parse))
            {
                foreach (var mask in new[] { resource with { Resource = "*" }, Everything })
                {
                    if (providers.ContainsKey(mask)) throw new EncryptionConfigException($"error while building transformers: resource \"{Show(resource)}\" is masked by earlier rule \"{Show(mask)}\"");
                }

                // A resource that comes again gets its later providers for reading.
                if (!providers.TryGetValue(resource, out var list)) providers.Add(resource, list = []);
                list.AddRange(transformers);
            }
        }

        return new EncryptionRules(providers.ToDictionary(static p => p.Key, static p => new PrefixTransformer("no matching prefix found", p.Value)), hash);
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

    private static (byte[] Prefix, IValueTransformer Transformer) Transformer(EncryptionProvider provider)
    {
        var name = provider.Names[0];
        if (name == EncryptionProvider.Identity) return ([], IdentityTransformer.Instance);
        var keys = provider.Keys.Select(key => (Encoding.UTF8.GetBytes(key.Name + ":"), Cipher(name, Convert.FromBase64String(key.Secret)))).ToList();
        var noMatch = $"no matching key was found for the provided {(name == EncryptionProvider.Secretbox ? "Secretbox" : "AES")} transformer";
        return (Encoding.UTF8.GetBytes($"k8s:enc:{name}:v1:"), new PrefixTransformer(noMatch, keys));
    }

    private static IValueTransformer Cipher(string name, byte[] secret) => name switch
    {
        EncryptionProvider.AesCbc => new AesCbcTransformer(secret),
        EncryptionProvider.AesGcm => new AesGcmTransformer(secret),
        _ => new SecretboxTransformer(secret),
    };
}
