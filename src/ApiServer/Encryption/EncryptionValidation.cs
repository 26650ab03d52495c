using System.Globalization;
using Tiphys.Api;
using Tiphys.ApiServer.Kms;

namespace Tiphys.ApiServer;

/// <summary>The rules of an EncryptionConfiguration, in upstream's words.</summary>
internal static class EncryptionValidation
{
    private static readonly int[] s_aes = [16, 24, 32];
    private static readonly int[] s_secretbox = [32];

    /// <param name="configuration">What to check.</param>
    /// <param name="reload">Whether it can be read again while the server runs.</param>
    public static FieldErrors Validate(EncryptionConfiguration configuration, bool reload)
    {
        var errors = new FieldErrors();
        var kms = new HashSet<string>(StringComparer.Ordinal);
        var root = FieldPath.Of("resources");
        if (configuration.Resources.Count == 0) errors.Required(root, "at least one resources is required");
        for (var i = 0; i < configuration.Resources.Count; i++)
        {
            var (item, resources, providers) = (configuration.Resources[i], root[i]["resources"], root[i]["providers"]);
            if (item.Resources.Count == 0) errors.Required(resources, $"at least one {resources} is required");
            Overlap(item.Resources, resources, errors);
            for (var j = 0; j < item.Resources.Count; j++)
            {
                if (NameError(item.Resources[j]) is { } problem) errors.Invalid(resources[j], item.Resources[j], problem);
            }

            if (item.Providers.Count == 0) errors.Required(providers, $"at least one {providers} is required");
            for (var j = 0; j < item.Providers.Count; j++) Provider(item.Providers[j], providers[j], kms, reload, errors);
        }

        return errors;
    }

    private static string? NameError(string resource)
    {
        var (group, name) = EncryptionRules.Parse(resource);
        if (resource.Any(char.IsAsciiLetterUpper)) return "resource name should not contain capital letters";
        if (resource == "*") return "use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources";
        if (resource is "apiserveripinfo" or "serviceipallocations" or "servicenodeportallocations") return "resources which do not have REST API/s cannot be encrypted";
        if (group == "events.k8s.io") return "'*.events.k8s.io' objects are stored using the 'events' API group in etcd. Use 'events' instead in the config file";
        if (group == "extensions") return "'extensions' group has been removed and cannot be used for encryption";
        return group == "*" && name != "*" ? "encrypting the same resource across groups is not supported" : null;
    }

    private static void Overlap(IReadOnlyList<string> resources, FieldPath path, FieldErrors errors)
    {
        var parsed = resources.Select(EncryptionRules.Parse).ToList();
        if (parsed.Distinct().Count() < parsed.Count) errors.Invalid(path, resources, "the same resource cannot be specified multiple times");
        var distinct = parsed.Distinct().ToList();
        var masked = parsed.Count > 1 && distinct.Exists(r => r == EncryptionRules.Everything || (r.Resource == "*" && distinct.Exists(o => o != r && o.Group == r.Group)));
        if (masked) errors.Invalid(path, resources, "using overlapping resources such as 'secrets' and '*.' in the same resource list is not allowed as they will be masked");
    }

    private static void Provider(EncryptionProvider provider, FieldPath path, HashSet<string> kms, bool reload, FieldErrors errors)
    {
        switch (provider.Names)
        {
            case []:
                errors.Invalid(path, new Verbatim("{}"), "provider does not contain any of the expected providers: KMS, AESGCM, AESCBC, Secretbox, Identity");
                break;
            case [EncryptionProvider.Kms]:
                Plugin(provider.Plugin!, path[EncryptionProvider.Kms], kms, reload, errors);
                break;
            case [EncryptionProvider.Identity]:
                break;
            case [var name]:
                Keys(provider.Keys, path[name]["keys"], name == EncryptionProvider.Secretbox ? s_secretbox : s_aes, errors);
                break;
            default:
                errors.Invalid(path, new Verbatim("{}"), "more than one provider specified in a single element, should split into different list elements");
                break;
        }
    }

    private static void Plugin(KmsSettings kms, FieldPath path, HashSet<string> names, bool reload, FieldErrors errors)
    {
        if (kms.Name.Length == 0) errors.Required(path["name"], "name is a mandatory field for a provider");
        if (kms.ApiVersion != KmsSettings.V1 && kms.Name.Contains(':', StringComparison.Ordinal)) errors.Invalid(path["name"], kms.Name, $"invalid KMS provider name {kms.Name}, must not contain ':'");
        if (!names.Add(kms.Name) && (reload || kms.ApiVersion != KmsSettings.V1)) errors.Invalid(path["name"], kms.Name, $"duplicate KMS provider name {kms.Name}, names must be unique");
        if (kms.Timeout <= TimeSpan.Zero) errors.Invalid(path["timeout"], GoDuration.Format(kms.Timeout), "timeout should be a positive value");
        if (kms.Endpoint.Length == 0)
            errors.Invalid(path["endpoint"], "", "endpoint is a mandatory field for a kms");
        else if (kms.Scheme != "unix")
            errors.Invalid(path["endpoint"], kms.Endpoint, $"unsupported scheme \"{kms.Scheme}\" for KMS provider, only unix is supported");
        else if (!kms.NamesSocket)
            errors.Invalid(path["endpoint"], kms.Endpoint, "no socket can have this name");
        if (kms.ApiVersion != KmsSettings.V1 && kms.CacheSize is { } unused) errors.Invalid(path["cachesize"], unused, "cachesize is not supported in v2");
        if (kms is { ApiVersion: KmsSettings.V1, CacheSize: 0 }) errors.Invalid(path["cachesize"], 0, "cachesize should be a positive value, or negative to disable");
        if (kms.ApiVersion is not (KmsSettings.V1 or KmsSettings.V2)) errors.Invalid(path["apiVersion"], kms.ApiVersion, "unsupported apiVersion apiVersion for KMS provider, only v1 and v2 are supported");
    }

    private static void Keys(IReadOnlyList<EncryptionKey> keys, FieldPath path, int[] lengths, FieldErrors errors)
    {
        if (keys.Count == 0) errors.Required(path, "at least one keys is required");
        for (var i = 0; i < keys.Count; i++)
        {
            if (keys[i].Name.Length == 0) errors.Required(path[i]["name"], "name is a mandatory field for a key");
            var (field, buffer) = (path[i]["secret"], new byte[keys[i].Secret.Length]);
            if (keys[i].Secret.Length == 0)
                errors.Required(field, "secret is a mandatory field for a key");
            else if (!Convert.TryFromBase64String(keys[i].Secret, buffer, out var length))
                errors.Invalid(field, "REDACTED", "secrets must be base64 encoded");
            else if (!lengths.Contains(length))
                errors.Invalid(field, "REDACTED", string.Create(CultureInfo.InvariantCulture, $"secret is not of the expected length, got {length}, expected one of [{string.Join(' ', lengths)}]"));
        }
    }

    private sealed record Verbatim(string Text)
    {
        public override string ToString() => Text;
    }
}
