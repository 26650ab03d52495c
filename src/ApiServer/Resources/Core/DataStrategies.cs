using System.Text;
using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>ConfigMaps: keys that make file names, and no more than a mebibyte.</summary>
internal sealed class ConfigMapStrategy : ResourceStrategy<ConfigMap>
{
    public override void Validate(ConfigMap item, FieldErrors errors)
    {
        var size = 0L;
        foreach (var (key, value) in item.Data ?? [])
        {
            DataRules.Key(key, FieldPath.Of("data"), errors);
            if (item.BinaryData?.ContainsKey(key) == true) errors.Invalid(FieldPath.Of("data").Key(key), key, "duplicate of key present in binaryData");
            size += Encoding.UTF8.GetByteCount(value);
        }

        foreach (var (key, value) in item.BinaryData ?? [])
        {
            DataRules.Key(key, FieldPath.Of("binaryData"), errors);
            size += value.Length;
        }

        if (size > DataRules.Most) errors.TooLong(FieldPath.Of(""), DataRules.Most);
    }

    public override void ValidateUpdate(ConfigMap item, ConfigMap old, FieldErrors errors)
    {
        if (old.Immutable == true)
        {
            if (item.Immutable != true) errors.Forbidden(FieldPath.Of("immutable"), "field is immutable when `immutable` is set");
            if (!ApiJson.Same(new ConfigMap { Data = item.Data }, new ConfigMap { Data = old.Data })) errors.Forbidden(FieldPath.Of("data"), "field is immutable when `immutable` is set");
            if (!ApiJson.Same(new ConfigMap { BinaryData = item.BinaryData }, new ConfigMap { BinaryData = old.BinaryData })) errors.Forbidden(FieldPath.Of("binaryData"), "field is immutable when `immutable` is set");
        }

        Validate(item, errors);
    }
}

/// <summary>Secrets: stringData becomes data, some types need certain keys, the type never changes.</summary>
internal sealed class SecretStrategy : ResourceStrategy<Secret>
{
    public override void PrepareForCreate(Secret item, StrategyContext context) => Merge(item);

    public override void PrepareForUpdate(Secret item, Secret old, StrategyContext context)
    {
        Merge(item);
        if (item.Type.Length == 0) item.Type = old.Type;
    }

    public override IEnumerable<string> Warnings(Secret item, Secret? old) => item.Type == "kubernetes.io/tls" ? TlsWarnings.Of(item) : [];

    public override void Validate(Secret item, FieldErrors errors)
    {
        var size = 0L;
        foreach (var (key, value) in item.Data ?? [])
        {
            DataRules.Key(key, FieldPath.Of("data"), errors);
            size += value.Length;
        }

        if (size > DataRules.Most) errors.TooLong(FieldPath.Of("data"), DataRules.Most);
        foreach (var key in RequiredKeys(item.Type))
            if (item.Data?.ContainsKey(key) != true) errors.Required(FieldPath.Of("data").Key(key));
        if (item.Type == "kubernetes.io/service-account-token" && item.Metadata.Annotations?.GetValueOrDefault("kubernetes.io/service-account.name") is null or "")
            errors.Required(FieldPath.Of("metadata")["annotations"].Key("kubernetes.io/service-account.name"));
    }

    public override void ValidateUpdate(Secret item, Secret old, FieldErrors errors)
    {
        FieldRules.Unchanged(item.Type, old.Type, FieldPath.Of("type"), errors);
        if (old.Immutable == true)
        {
            if (item.Immutable != true) errors.Forbidden(FieldPath.Of("immutable"), "field is immutable when `immutable` is set");
            if (!ApiJson.Same(new Secret { Data = item.Data }, new Secret { Data = old.Data })) errors.Forbidden(FieldPath.Of("data"), "field is immutable when `immutable` is set");
        }

        Validate(item, errors);
    }

    private static void Merge(Secret item)
    {
        foreach (var (key, value) in item.StringData ?? []) (item.Data ??= [])[key] = Encoding.UTF8.GetBytes(value);
        item.StringData = null;
    }

    private static string[] RequiredKeys(string type) => type switch
    {
        "kubernetes.io/tls" => ["tls.crt", "tls.key"],
        "kubernetes.io/dockercfg" => [".dockercfg"],
        "kubernetes.io/dockerconfigjson" => [".dockerconfigjson"],
        "kubernetes.io/ssh-auth" => ["ssh-privatekey"],
        _ => [],
    };
}

/// <summary>What ConfigMaps and Secrets have in common.</summary>
internal static class DataRules
{
    public const int Most = 1024 * 1024;

    public static void Key(string key, FieldPath path, FieldErrors errors) => errors.Invalid(path.Key(key), key, Names.ConfigKeyErrors(key));
}

/// <summary>Kinds that PUT may create.</summary>
internal sealed class UpsertStrategy<T>(KindRules<T> rules) : PlainStrategy<T>(rules) where T : class, IKubernetesObject<T>
{
    public override bool AllowCreateOnUpdate => true;

    public override bool AllowUnconditionalUpdate => false;
}

/// <summary>Roles and bindings, which PUT may create, too.</summary>
internal sealed class RbacStrategy<T>(KindRules<T> rules) : PlainStrategy<T>(rules) where T : class, IKubernetesObject<T>
{
    public override bool AllowCreateOnUpdate => true;
}
