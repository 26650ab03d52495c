using System.Collections.Concurrent;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>Nothing is made in a namespace that does not exist or is going away, and the cluster's own namespaces stay.</summary>
/// <param name="resources">Where namespaces are.</param>
/// <param name="time">Clock.</param>
public sealed class NamespaceLifecycle(ApiResources resources, TimeProvider time) : IAdmissionPlugin
{
    /// <summary>For so long after a namespace was deleted its state is not taken from the cache.</summary>
    private static readonly TimeSpan Wary = TimeSpan.FromSeconds(30);

    private const string Terminating = "Terminating";
    private static readonly string[] s_immortal = [WellKnownNamespaces.Default, WellKnownNamespaces.System, WellKnownNamespaces.Public];
    private readonly ConcurrentDictionary<string, long> _deleted = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => "NamespaceLifecycle";

    /// <inheritdoc/>
    public async ValueTask MutateAsync(AdmissionAttributes write, CancellationToken cancel)
    {
        if (write.Namespace.Length == 0 || write.Operation is AdmissionOperation.Delete || write.Kind is { Group: "", Kind: "Namespace" }) return;
        var store = resources.Of<Namespace>();
        var ns = await (WasDeleted(write.Namespace) ? store.FindAsync("", write.Namespace, cancel) : store.SeenAsync("", write.Namespace, cancel)) ?? throw ApiErrors.NotFound(new("", "namespaces"), write.Namespace);
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
        if (write.Operation != AdmissionOperation.Delete || write.Kind is not { Group: "", Kind: "Namespace" }) return ValueTask.CompletedTask;
        if (Array.IndexOf(s_immortal, write.Name) >= 0) throw ApiErrors.Forbidden(write.GroupResource, write.Name, "this namespace may not be deleted");
        _deleted[write.Name] = time.GetTimestamp();
        return ValueTask.CompletedTask;
    }

    private bool WasDeleted(string ns)
    {
        if (!_deleted.TryGetValue(ns, out var at)) return false;
        if (time.GetElapsedTime(at) < Wary) return true;
        _deleted.TryRemove(KeyValuePair.Create(ns, at));
        return false;
    }
}
