using Tiphys.Api.Policy.V1;
using Tiphys.Api.Scheduling.V1;

namespace Tiphys.Kubectl.Describe;

/// <summary>Disruption budgets.</summary>
internal sealed class PodDisruptionBudgetDescriber : Describer<PodDisruptionBudget>
{
    protected override void Write(PodDisruptionBudget item, DescriptionWriter writer)
    {
        writer.Field("Name", item.Metadata.Name);
        writer.Field("Namespace", item.Metadata.Namespace);
        if (item.Spec.MinAvailable is { } available) writer.Field("Min available", available);
        else if (item.Spec.MaxUnavailable is { } unavailable) writer.Field("Max unavailable", unavailable);
        writer.Field("Selector", item.Spec.Selector is { } selector ? Texts.Selector(selector) : Texts.Unset);
        writer.Write(0, "Status:\n");
        writer.Field("Allowed disruptions", item.Status.DisruptionsAllowed, 2);
        writer.Field("Current", item.Status.CurrentHealthy, 2);
        writer.Field("Desired", item.Status.DesiredHealthy, 2);
        writer.Field("Total", item.Status.ExpectedPods, 2);
    }
}

/// <summary>Priority classes.</summary>
internal sealed class PriorityClassDescriber : Describer<PriorityClass>
{
    protected override void Write(PriorityClass item, DescriptionWriter writer)
    {
        writer.Field("Name", item.Metadata.Name);
        writer.Field("Value", item.Value);
        writer.Field("GlobalDefault", Texts.Bool(item.GlobalDefault));
        writer.Field("PreemptionPolicy", item.PreemptionPolicy);
        writer.Field("Description", item.Description);
        writer.Field("Annotations", Texts.Labels(item.Metadata.Annotations));
    }
}
