using Tiphys.Api;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>StatefulSets: most of the spec never changes.</summary>
internal sealed class StatefulSetStrategy : SpecStatusStrategy<StatefulSet>
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");
    private static readonly string[] s_retentions = ["Retain", "Delete"];

    protected override IApiMessage SpecOf(StatefulSet item) => item.Spec;

    protected override void TakeSpec(StatefulSet item, StatefulSet from) => item.Spec = from.Spec;

    protected override void TakeStatus(StatefulSet item, StatefulSet from) => item.Status = from.Status;

    /// <summary>Pods get the set's name and a number for host name.</summary>
    public override IReadOnlyList<string> NameErrors(string name) => Names.LabelErrors(name);

    public override IEnumerable<string> Warnings(StatefulSet item, StatefulSet? old)
    {
        var claims = Spec["volumeClaimTemplates"];
        return
        [
            .. old is null || item.Metadata.Generation != old.Metadata.Generation ? PodWarnings.Template(item.Spec.Template, Spec["template"]) : [],
            .. (item.Spec.VolumeClaimTemplates ?? []).SelectMany((c, i) => QuantityWarnings.Claim(c.Spec, old is null ? claims[i] : claims[i]["Spec"])), // upstream's two paths
            .. item.Spec.RevisionHistoryLimit < 0 ? (string[])["spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended"] : [],
        ];
    }

    public override void Validate(StatefulSet item, FieldErrors errors)
    {
        Common(item.Spec, errors);
        for (var i = 0; i < (item.Spec.VolumeClaimTemplates?.Count ?? 0); i++) ClaimValidation.Spec(item.Spec.VolumeClaimTemplates![i].Spec, Spec["volumeClaimTemplates"][i]["spec"], errors);
        FieldRules.OptionalName(item.Spec.ServiceName, Names.LabelErrors, Spec["serviceName"], errors);
    }

    public override void ValidateUpdate(StatefulSet item, StatefulSet old, FieldErrors errors)
    {
        // What cannot change is not complained about again: old objects may hold what is refused today.
        Common(item.Spec, errors);
        if (!ApiJson.Same(Fixed(item.Spec), Fixed(old.Spec)))
            errors.Forbidden(Spec, "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
    }

    private static void Common(StatefulSetSpec spec, FieldErrors errors)
    {
        if (spec.PodManagementPolicy.Length == 0) errors.Required(Spec["podManagementPolicy"]);
        else if (spec.PodManagementPolicy is not ("OrderedReady" or "Parallel")) errors.Invalid(Spec["podManagementPolicy"], spec.PodManagementPolicy, "must be 'OrderedReady' or 'Parallel'");
        UpdateStrategy(spec.UpdateStrategy, Spec["updateStrategy"], errors);
        if (spec.PersistentVolumeClaimRetentionPolicy is { } retention)
        {
            FieldRules.Supported(retention.WhenDeleted, s_retentions, Spec["persistentVolumeClaimRetentionPolicy"]["whenDeleted"], errors);
            FieldRules.Supported(retention.WhenScaled, s_retentions, Spec["persistentVolumeClaimRetentionPolicy"]["whenScaled"], errors);
        }

        FieldRules.NotNegative(spec.Replicas, Spec["replicas"], errors);
        FieldRules.NotNegative(spec.MinReadySeconds, Spec["minReadySeconds"], errors);
        FieldRules.NotNegative(spec.Ordinals?.Start, Spec["ordinals.start"], errors);
        var selector = TemplateRules.Selector(spec.Selector, "statefulset", errors);
        var template = WithClaims(spec);
        TemplateRules.Matches(template, selector, errors);
        TemplateRules.Template(template, Spec["template"], errors);
        TemplateRules.RunsOn(spec.Template, "StatefulSet", errors);
    }

    private static void UpdateStrategy(StatefulSetUpdateStrategy strategy, FieldPath path, FieldErrors errors)
    {
        var at = path["rollingUpdate"];
        switch (strategy.Type)
        {
            case "":
                errors.Required(path);
                break;
            case "OnDelete":
                if (strategy.RollingUpdate is { } useless) errors.Invalid(at, new GoStructure(useless), "only allowed for updateStrategy 'RollingUpdate'");
                break;
            case "RollingUpdate":
                FieldRules.NotNegative(strategy.RollingUpdate?.Partition, at["partition"], errors);
                if (strategy.RollingUpdate?.MaxUnavailable is not { } unavailable) break;
                PercentRules.NotNegative(unavailable, at["maxUnavailable"], errors);
                if (PercentRules.Number(unavailable) == 0) errors.Invalid(at["maxUnavailable"], unavailable, "cannot be 0");
                PercentRules.AtMostAll(unavailable, at["maxUnavailable"], errors);
                break;
            default:
                errors.Invalid(path, new GoStructure(strategy), "must be 'RollingUpdate' or 'OnDelete'");
                break;
        }
    }

    /// <summary>The template as pods will have it: with a volume for each claim, and names that are made for each.</summary>
    private static PodTemplateSpec WithClaims(StatefulSetSpec spec)
    {
        var template = spec.Template.DeepCopy();
        template.Spec.Hostname = "";
        template.Spec.Subdomain = "";
        if (spec.VolumeClaimTemplates is not { Count: > 0 } claims) return template;
        var names = claims.Select(static c => c.Metadata.Name).ToHashSet(StringComparer.Ordinal);
        var volumes = names.Select(static n => new Volume { Name = n, PersistentVolumeClaim = new() { ClaimName = n } });
        template.Spec.Volumes = [.. volumes, .. (template.Spec.Volumes ?? []).Where(v => !names.Contains(v.Name))];
        return template;
    }

    private static StatefulSetSpec Fixed(StatefulSetSpec spec)
    {
        var copy = spec.DeepCopy();
        copy.Replicas = null;
        copy.Ordinals = null;
        copy.Template = new();
        copy.UpdateStrategy = new();
        copy.RevisionHistoryLimit = null;
        copy.PersistentVolumeClaimRetentionPolicy = null;
        copy.MinReadySeconds = 0;
        return copy;
    }
}
