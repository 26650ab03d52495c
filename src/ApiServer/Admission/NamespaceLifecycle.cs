using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>Nothing is made in a namespace that does not exist or is going away, and the cluster's own namespaces stay.</summary>
/// <param name="resources">Where namespaces are.</param>
public sealed class NamespaceLifecycle(ApiResources resources) : IAdmissionPlugin
{
    private const string Terminating = "Terminating";
    private static readonly string[] s_immortal = ["default", "kube-system", "kube-public"];

    /// <inheritdoc/>
    public string Name => "NamespaceLifecycle";

    /// <inheritdoc/>
    public async ValueTask MutateAsync(AdmissionAttributes write, CancellationToken cancel)
    {
        if (write.Namespace.Length == 0 || write.Operation is AdmissionOperation.Delete || write.Kind is { Group: "", Kind: "Namespace" }) return;
        var ns = await resources.Of<Namespace>().FindAsync("", write.Namespace, cancel) ?? throw ApiErrors.NotFound(new("", "namespaces"), write.Namespace);
        if (write.Operation != AdmissionOperation.Create || ns.Field("status.phase") != Terminating) return;
        var refusal = Refusal.Of(write, $"unable to create new content in namespace {write.Namespace} because it is being terminated");
        (refusal.Status.Details!.Causes ??= []).Add(new()
        {
            Reason = "NamespaceTerminating",
            Message = $"namespace {write.Namespace} is being terminated",
            Field = "metadata.namespace",
        });
        throw refusal;
    }

    /// <inheritdoc/>
    public ValueTask ValidateAsync(AdmissionAttributes write, CancellationToken cancel)
    {
        if (write.Operation == AdmissionOperation.Delete && write.Kind is { Group: "", Kind: "Namespace" } && Array.IndexOf(s_immortal, write.Name) >= 0)
            throw ApiErrors.Forbidden(write.GroupResource, write.Name, "this namespace may not be deleted");
        return ValueTask.CompletedTask;
    }
}
