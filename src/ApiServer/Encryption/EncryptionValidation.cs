using System.Globalization;

namespace Tiphys.ApiServer;

/// <summary>The rules of an EncryptionConfiguration, in upstream's words.</summary>
internal static class EncryptionValidation
{
    private static readonly int[] s_aes = [16, 24, 32];
    private static readonly int[] s_secretbox = [32];

    public static FieldErrors Validate(EncryptionConfiguration configuration)
    {
        var errors = new FieldErrors();
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
            for (var j = 0; j < item.Providers.Count; j++) Provider(item.Providers[j], providers[j], errors);
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

    private static void Provider(EncryptionProvider provider, FieldPath path, FieldErrors errors)
    {
        switch (provider.Names)
        {
            case []:
                errors.Invalid(path, new Verbatim("{}"), "provider does not contain any of the expected providers: KMS, AESGCM, AESCBC, Secretbox, Identity");
                break;
            case [EncryptionProvider.Kms]:
                errors.Invalid(path[EncryptionProvider.Kms], new Verbatim("{}"), "KMS providers are not supported by this server");
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
