namespace Tiphys.Api.Core.V1;

public sealed partial class ReplicationController
{
    partial void OnDefaulting()
    {
        if (Spec.Template?.Metadata.Labels is not { } labels) return;
        if (Spec.Selector is null or { Count: 0 }) Spec.Selector = new(labels, StringComparer.Ordinal);
        if (Metadata.Labels is null or { Count: 0 }) Metadata.Labels = new(labels, StringComparer.Ordinal);
    }
}
