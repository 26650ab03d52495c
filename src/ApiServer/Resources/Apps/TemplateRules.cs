using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>What workloads with a selector and a pod template have in common.</summary>
internal static class TemplateRules
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    /// <summary>A selector that must be there and select something.</summary>
    /// <param name="selector">It.</param>
    /// <param name="kind">The workload's kind in lower case, as the complaint names it.</param>
    /// <param name="errors">Takes what is wrong.</param>
    /// <returns>The selector as a query, which selects nothing when there is none, or null when it is malformed.</returns>
    public static LabelQuery? Selector(LabelSelector? selector, string kind, FieldErrors errors)
    {
        var path = Spec["selector"];
        if (selector is null)
        {
            errors.Required(path);
            return LabelQuery.Nothing;
        }

        var query = SelectorValidation.Compile(selector, path, errors);
        if (selector is { MatchLabels: null or { Count: 0 }, MatchExpressions: null or { Count: 0 } }) errors.Invalid(path, selector, $"empty selector is invalid for {kind}");
        if (query is null) errors.Invalid(path, selector, kind == "statefulset" ? "" : "invalid label selector"); // upstream gives no reason there
        return query;
    }

    /// <summary>A template whose pods the selector finds and that run on until they are told to stop.</summary>
    public static void ForReplicas(PodTemplateSpec? template, LabelQuery? selector, string kind, FieldErrors errors)
    {
        var path = Spec["template"];
        if (template is null)
        {
            errors.Required(path);
            return;
        }

        Matches(template, selector, errors);
        Template(template, path, errors);
        RunsOn(template, kind, errors);
    }

    /// <summary>The template's labels satisfy the selector.</summary>
    public static void Matches(PodTemplateSpec template, LabelQuery? selector, FieldErrors errors)
    {
        if (selector is { IsEverything: false } && !selector.Matches(template.Metadata.Labels))
            errors.Invalid(Spec["template"]["metadata"]["labels"], template.Metadata.Labels, "`selector` does not match template `labels`");
    }

    /// <summary>Pods that are always restarted and have no deadline.</summary>
    public static void RunsOn(PodTemplateSpec template, string kind, FieldErrors errors)
    {
        var path = Spec["template"]["spec"];
        if (template.Spec.RestartPolicy != RestartPolicy.Always) errors.NotSupported(path["restartPolicy"], template.Spec.RestartPolicy, [RestartPolicy.Always]);
        if (template.Spec.ActiveDeadlineSeconds is not null) errors.Forbidden(path["activeDeadlineSeconds"], $"activeDeadlineSeconds in {kind} is not Supported");
    }

    /// <summary>A template's labels, annotations and pod spec.</summary>
    public static void Template(PodTemplateSpec template, FieldPath path, FieldErrors errors)
    {
        MetadataValidation.Labels(template.Metadata.Labels, path["labels"], errors);
        MetadataValidation.Annotations(template.Metadata.Annotations, path["annotations"], errors);
        PodValidation.ValidateSpec(template.Spec, "", path["spec"], errors);
        if (template.Spec.EphemeralContainers is { Count: > 0 }) errors.Forbidden(path["spec"]["ephemeralContainers"], "ephemeral containers not allowed in pod template");
    }
}
