using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of environment variables and of the downward API, which volumes read too.</summary>
internal static class EnvValidation
{
    private static readonly string[] s_envFields =
        ["metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"];

    private static readonly string[] s_volumeFields = ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];
    private static readonly string[] s_resources = ["limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"];
    private static readonly string[] s_hugePages = ["requests.hugepages-", "limits.hugepages-"];
    private static readonly string[] s_cpuDivisors = ["1m", "1"];
    private static readonly string[] s_byteDivisors = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

    public static void Variables(List<EnvVar>? variables, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < (variables?.Count ?? 0); i++)
        {
            FieldRules.Name(variables![i].Name, Names.VariableErrors, path[i]["name"], errors);
            if (variables[i].ValueFrom is { } from) Source(from, variables[i].Value, path[i]["valueFrom"], errors);
        }
    }

    public static void Sources(List<EnvFromSource>? sources, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < (sources?.Count ?? 0); i++)
        {
            var source = sources![i];
            FieldRules.OptionalName(source.Prefix, Names.VariableErrors, path[i]["prefix"], errors);
            if (source.ConfigMapRef is { } map) FieldRules.Name(map.Name, Names.SubdomainErrors, path[i]["configMapRef"]["name"], errors);
            if (source.SecretRef is { } secret) FieldRules.Name(secret.Name, Names.SubdomainErrors, path[i]["secretRef"]["name"], errors);
            if (source.ConfigMapRef is null && source.SecretRef is null) errors.Invalid(path, "", "must specify one of: `configMapRef` or `secretRef`");
            else if (source.ConfigMapRef is not null && source.SecretRef is not null) errors.Invalid(path, "", "may not have more than one field specified at a time");
        }
    }

    /// <summary>A field of the pod that a volume shows.</summary>
    public static void VolumeField(ObjectFieldSelector field, FieldPath path, FieldErrors errors) => PodField(field, s_volumeFields, path, errors);

    /// <summary>A resource of a container that a volume shows.</summary>
    public static void VolumeResource(ResourceFieldSelector resource, FieldPath path, FieldErrors errors)
    {
        if (resource.ContainerName.Length == 0) errors.Required(path["containerName"]);
        else Resource(resource.Resource, path, errors);
        Divisor(resource, path, errors);
    }

    private static void Source(EnvVarSource from, string value, FieldPath path, FieldErrors errors)
    {
        var sources = 0;
        if (from.FieldRef is { } field)
        {
            sources++;
            PodField(field, s_envFields, path["fieldRef"], errors);
        }

        if (from.ResourceFieldRef is { } resource)
        {
            sources++;
            Resource(resource.Resource, path["resourceFieldRef"], errors);
            Divisor(resource, path["resourceFieldRef"], errors);
        }

        if (from.ConfigMapKeyRef is { } map)
        {
            sources++;
            Key(map.Name, map.Key, path["configMapKeyRef"], errors);
        }

        if (from.SecretKeyRef is { } secret)
        {
            sources++;
            Key(secret.Name, secret.Key, path["secretKeyRef"], errors);
        }

        if (from.FileKeyRef is { } file)
        {
            sources++;
            File(file, path["fileKeyRef"], errors);
        }

        if (sources == 0) errors.Invalid(path, "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`");
        else if (value.Length > 0) errors.Invalid(path, "", "may not be specified when `value` is not empty");
        else if (sources > 1) errors.Invalid(path, "", "may not have more than one field specified at a time");
    }

    private static void Key(string name, string key, FieldPath path, FieldErrors errors)
    {
        FieldRules.OptionalName(name, Names.SubdomainErrors, path["name"], errors);
        FieldRules.Name(key, Names.ConfigKeyErrors, path["key"], errors);
    }

    private static void File(FileKeySelector file, FieldPath path, FieldErrors errors)
    {
        FieldRules.Name(file.Key, Names.VariableErrors, path["key"], errors);
        if (file.VolumeName.Length == 0) errors.Required(path["volumeName"]);
        if (file.Path.Length == 0) errors.Required(path["path"]);
        else FieldRules.RelativePath(file.Path, path["path"], errors);
    }

    private static void PodField(ObjectFieldSelector field, string[] supported, FieldPath path, FieldErrors errors)
    {
        if (field.ApiVersion.Length == 0) errors.Required(path["apiVersion"]);
        else if (field.FieldPath.Length == 0) errors.Required(path["fieldPath"]);
        else if (field.FieldPath.EndsWith("']", StringComparison.Ordinal) && field.FieldPath.IndexOf("['", StringComparison.Ordinal) is > 0 and var bracket)
            Subscript(field.FieldPath[..bracket], field.FieldPath[(bracket + 2)..^2], path, errors);
        else if (!s_envFields.Contains(field.FieldPath) && !s_volumeFields.Contains(field.FieldPath) && field.FieldPath != "spec.restartPolicy" && field.FieldPath != "spec.schedulerName" && field.FieldPath != "status.phase")
            errors.Invalid(path["fieldPath"], field.FieldPath, $"error converting fieldPath: field label not supported: {field.FieldPath}");
        else if (!supported.Contains(field.FieldPath)) errors.NotSupported(path["fieldPath"], field.FieldPath, supported);
    }

    private static void Subscript(string name, string key, FieldPath path, FieldErrors errors)
    {
        switch (name)
        {
            case "metadata.annotations":
                errors.Invalid(path, key.ToLowerInvariant(), LabelSyntax.KeyErrors(key.ToLowerInvariant()));
                break;
            case "metadata.labels":
                errors.Invalid(path, key, LabelSyntax.KeyErrors(key));
                break;
            default:
                errors.Invalid(path["fieldPath"], $"{name}['{key}']", $"error converting fieldPath: field label does not support subscript: {name}['{key}']");
                break;
        }
    }

    private static void Resource(string resource, FieldPath path, FieldErrors errors)
    {
        if (resource.Length == 0) errors.Required(path["resource"]);
        else if (!s_resources.Contains(resource) && !s_hugePages.Any(p => resource.StartsWith(p, StringComparison.Ordinal))) errors.NotSupported(path["resource"], resource, s_resources);
    }

    private static void Divisor(ResourceFieldSelector selector, FieldPath path, FieldErrors errors)
    {
        if (selector.Divisor.IsZero) return;
        var divisor = selector.Divisor.ToString();
        var (supported, what) = selector.Resource switch
        {
            "limits.cpu" or "requests.cpu" => (s_cpuDivisors, "cpu"),
            "limits.memory" or "requests.memory" => (s_byteDivisors, "memory"),
            "limits.ephemeral-storage" or "requests.ephemeral-storage" => (s_byteDivisors, "local ephemeral storage"),
            _ when s_hugePages.Any(p => selector.Resource.StartsWith(p, StringComparison.Ordinal)) => (s_byteDivisors, "hugepages"),
            _ => ([divisor], ""),
        };
        if (supported.Contains(divisor)) return;
        errors.Invalid(path["divisor"], selector.Resource, supported == s_cpuDivisors
            ? "only divisor's values 1m and 1 are supported with the cpu resource"
            : $"only divisor's values {string.Join(", ", s_byteDivisors)} are supported with the {what} resource");
    }
}
