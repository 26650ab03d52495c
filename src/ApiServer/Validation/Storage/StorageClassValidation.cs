using System.Text;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Storage.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of storage classes: how they provision never changes.</summary>
internal static class StorageClassValidation
{
    private const int MostParameters = 512;
    private const int MostParameterBytes = 256 * 1024;
    private static readonly string[] s_reclaimPolicies = ["Delete", "Retain"];
    private static readonly string[] s_bindingModes = ["Immediate", "WaitForFirstConsumer"];

    public static KindRules<StorageClass> Rules { get; } = new(static (item, errors) =>
    {
        if (item.Provisioner.Length == 0) errors.Required(FieldPath.Of("provisioner"));
        else errors.Invalid(FieldPath.Of("provisioner"), item.Provisioner.ToLowerInvariant(), LabelSyntax.KeyErrors(item.Provisioner.ToLowerInvariant()));
        Parameters(item.Parameters, FieldPath.Of("parameters"), errors);
        if (!string.IsNullOrEmpty(item.ReclaimPolicy)) FieldRules.Supported(item.ReclaimPolicy, s_reclaimPolicies, FieldPath.Of("reclaimPolicy"), errors);
        if (item.VolumeBindingMode is { } mode) FieldRules.Supported(mode, s_bindingModes, FieldPath.Of("volumeBindingMode"), errors);
        else errors.Required(FieldPath.Of("volumeBindingMode"));
        Topologies(item.AllowedTopologies, FieldPath.Of("allowedTopologies"), errors);
    })
    {
        ValidateChange = static (item, old, errors) =>
        {
            if (!ApiJson.Same(new StorageClass { Parameters = item.Parameters }, new StorageClass { Parameters = old.Parameters })) errors.Invalid(FieldPath.Of("parameters"), item.Parameters, FieldRules.Immutable);
            FieldRules.Unchanged(item.Provisioner, old.Provisioner, FieldPath.Of("provisioner"), errors);
            FieldRules.Unchanged(item.ReclaimPolicy, old.ReclaimPolicy, FieldPath.Of("reclaimPolicy"), errors);
            FieldRules.Unchanged(item.VolumeBindingMode, old.VolumeBindingMode, FieldPath.Of("volumeBindingMode"), errors);
        },
    };

    private static void Parameters(Dictionary<string, string>? parameters, FieldPath path, FieldErrors errors)
    {
        if (parameters?.Count > MostParameters)
        {
            errors.TooLong(path, MostParameters);
            return;
        }

        var size = 0;
        foreach (var (key, value) in parameters ?? [])
        {
            if (key.Length == 0) errors.Invalid(path, key, "field can not be empty.");
            size += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value);
        }

        if (size > MostParameterBytes) errors.TooLong(path, MostParameterBytes);
    }

    private static void Topologies(List<TopologySelectorTerm>? terms, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < (terms?.Count ?? 0); i++)
        {
            var keys = new HashSet<string>(StringComparer.Ordinal);
            var expressions = terms![i].MatchLabelExpressions ?? [];
            for (var j = 0; j < expressions.Count; j++)
            {
                var (expression, at) = (expressions[j], path[i]["matchLabelExpressions"][j]);
                if (expression.Values.Count == 0) errors.Required(at["values"]);
                for (var k = 0; k < expression.Values.Count; k++)
                    if (expression.Values.IndexOf(expression.Values[k]) < k) errors.Duplicate(at["values"][k], expression.Values[k]);
                errors.Invalid(at["key"], expression.Key, LabelSyntax.KeyErrors(expression.Key));
                if (!keys.Add(expression.Key)) errors.Duplicate(at["key"], expression.Key);
            }

            if (terms.FindIndex(t => ApiJson.Same(t, terms[i])) < i) errors.Duplicate(path[i]["matchLabelExpressions"], "");
        }
    }
}
