using System.Globalization;
using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.Kubectl.Describe;

/// <summary>The environment of a container: variables, and where they come from.</summary>
internal static class EnvironmentDescription
{
    public static void Write(Container container, Pod? pod, DescriptionWriter writer)
    {
        if (container.EnvFrom is { Count: > 0 } sources)
        {
            writer.Write(2, "Environment Variables from:\n");
            foreach (var source in sources) Source(source, writer);
        }

        var variables = container.Env ?? [];
        writer.Write(2, variables.Count == 0 ? "Environment:\t<none>\n" : "Environment:\n");
        foreach (var variable in variables) Variable(variable, container, pod, writer);
    }

    private static void Source(EnvFromSource source, DescriptionWriter writer)
    {
        var (kind, name, optional) = source.ConfigMapRef is { } map ? ("ConfigMap", map.Name, map.Optional) : source.SecretRef is { } secret ? ("Secret", secret.Name, secret.Optional) : ("", "", null);
        writer.Row(3, name, source.Prefix.Length == 0 ? kind : $"{kind} with prefix '{source.Prefix}'", $"Optional: {Texts.Bool(optional == true)}");
    }

    private static void Variable(EnvVar variable, Container container, Pod? pod, DescriptionWriter writer)
    {
        if (variable.ValueFrom is not { } from)
        {
            var lines = variable.Value.Split('\n');
            writer.Field(variable.Name, lines[0], 3);
            foreach (var line in lines.Skip(1)) writer.Write(3, $"\t{line}\n");
        }
        else if (from.FieldRef is { } field) writer.Field(variable.Name, $"{(pod is null ? "" : FieldText(pod, field.FieldPath))} ({field.ApiVersion}:{field.FieldPath})", 3);
        else if (from.ResourceFieldRef is { } resource) writer.Field(variable.Name, $"{ResourceText(container, resource)} ({resource.Resource})", 3);
        else if (from.SecretKeyRef is { } secret) writer.Field(variable.Name, $"<set to the key '{secret.Key}' in secret '{secret.Name}'>\tOptional: {Texts.Bool(secret.Optional == true)}", 3);
        else if (from.ConfigMapKeyRef is { } map) writer.Field(variable.Name, $"<set to the key '{map.Key}' of config map '{map.Name}'>\tOptional: {Texts.Bool(map.Optional == true)}", 3);
    }

    /// <summary>Fields of the metadata; others are known to the node only.</summary>
    private static string FieldText(Pod pod, string path)
    {
        var bracket = path.IndexOf("['", StringComparison.Ordinal);
        if (bracket > 0 && path.EndsWith("']", StringComparison.Ordinal))
        {
            var key = path[(bracket + 2)..^2];
            return (path[..bracket] switch
            {
                "metadata.labels" => pod.Metadata.Labels?.GetValueOrDefault(key),
                "metadata.annotations" => pod.Metadata.Annotations?.GetValueOrDefault(key),
                _ => "",
            }) ?? "";
        }

        return path switch
        {
            "metadata.name" => pod.Metadata.Name,
            "metadata.namespace" => pod.Metadata.Namespace,
            "metadata.uid" => pod.Metadata.Uid,
            "metadata.labels" => Lines(pod.Metadata.Labels),
            "metadata.annotations" => Lines(pod.Metadata.Annotations),
            _ => "",
        };
    }

    private static string Lines(Dictionary<string, string>? map) => string.Join('\n', DescriptionWriter.Sorted(map).Select(static e => $"{e.Key}={CommandLine.Quoting.Quote(e.Value)}"));

    private static string ResourceText(Container container, ResourceFieldSelector field)
    {
        var parts = field.Resource.Split('.', 2);
        if (parts.Length < 2) return "";
        var amounts = parts[0] == "limits" ? container.Resources.Limits : container.Resources.Requests;
        var amount = amounts?.GetValueOrDefault(parts[1]) ?? Quantity.Zero;
        var divisor = field.Divisor.IsZero ? 1 : field.Divisor.Amount;
        var text = Math.Ceiling(amount.Amount / divisor).ToString("0", CultureInfo.InvariantCulture);
        return text == "0" && field.Resource is "limits.cpu" or "limits.memory" && amount.IsZero ? "node allocatable" : text;
    }
}
