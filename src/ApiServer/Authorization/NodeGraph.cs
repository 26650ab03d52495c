using Tiphys.Api.Core.V1;
using Tiphys.Api.Resource.V1;
using Tiphys.Api.Storage.V1;

namespace Tiphys.ApiServer;

/// <summary>The sorts of objects that are a node's concern only while something on the node refers to them.</summary>
internal enum NodeObject
{
    Pod,
    Secret,
    ConfigMap,
    Claim,
    Volume,
    Attachment,
    ServiceAccount,
    ResourceClaim,
    ResourceSlice,
}

/// <summary>Which objects which nodes need: by way of the pods bound to them, and of the volumes of those pods.</summary>
/// <param name="stores">Where pods, volumes and attachments are.</param>
internal sealed class NodeGraph(ApiResources stores)
{
    private readonly Lock _lock = new();

    /// <summary>For each object the nodes that need it, with the number of ways in which they do.</summary>
    private readonly Dictionary<(NodeObject Sort, string Namespace, string Name), Dictionary<string, int>> _nodes = [];

    private readonly Dictionary<(string Namespace, string Name), (string Node, List<(NodeObject, string, string)> Edges)> _pods = [];
    private readonly Dictionary<string, (string Node, (NodeObject, string, string) Edge)> _attachments = [];
    private readonly Dictionary<string, (string Node, (NodeObject, string, string) Edge)> _slices = [];
    private readonly Dictionary<string, Volume> _volumes = new(StringComparer.Ordinal);
    private CacheMirror? _podMirror;
    private CacheMirror? _volumeMirror;
    private CacheMirror? _attachmentMirror;
    private CacheMirror? _sliceMirror;

    /// <summary>Whether a node needs an object.</summary>
    public bool Needs(string node, NodeObject sort, string ns, string name)
    {
        lock (_lock)
        {
            Refresh();
            if (Has(node, sort, ns, name)) return true;
            return sort switch
            {
                NodeObject.Volume => _volumes.TryGetValue(name, out var volume) && Has(node, NodeObject.Claim, volume.ClaimNamespace, volume.ClaimName),
                NodeObject.Secret => _volumes.Values.Any(v => v.Secrets.Contains((ns, name)) && Has(node, NodeObject.Claim, v.ClaimNamespace, v.ClaimName)),
                _ => false,
            };
        }
    }

    private bool Has(string node, NodeObject sort, string ns, string name) => _nodes.TryGetValue((sort, ns, name), out var nodes) && nodes.ContainsKey(node);

    private void Refresh()
    {
        (_podMirror ??= new(stores.Of<Pod>().Cache)).CatchUp(
            () =>
            {
                foreach (var key in _pods.Keys.ToList()) DropPod(key.Namespace, key.Name);
            },
            (ns, name, stored) =>
            {
                DropPod(ns, name);
                if (stored?.Decode() is Pod pod && pod.Spec.NodeName.Length > 0) AddPod(pod);
            });
        if (stores.Find("", "persistentvolumes") is { } volumes)
        {
            (_volumeMirror ??= new(volumes.Cache)).CatchUp(_volumes.Clear, (_, name, stored) =>
            {
                if (stored?.Decode() is PersistentVolume { Spec.ClaimRef: { } claim } volume) _volumes[name] = new(claim.Namespace, claim.Name, [.. SecretsOf(volume, claim.Namespace)]);
                else _volumes.Remove(name);
            });
        }

        if (stores.Find("storage.k8s.io", "volumeattachments") is { } attachments)
            Follow(_attachmentMirror ??= new(attachments.Cache), _attachments, NodeObject.Attachment, static i => ((VolumeAttachment)i).Spec.NodeName);
        if (stores.Find("resource.k8s.io", "resourceslices") is { } slices)
            Follow(_sliceMirror ??= new(slices.Cache), _slices, NodeObject.ResourceSlice, static i => ((ResourceSlice)i).Spec.NodeName ?? "");
    }

    private void Follow(CacheMirror mirror, Dictionary<string, (string Node, (NodeObject, string, string) Edge)> known, NodeObject sort, Func<Api.IKubernetesObject, string> nodeOf) => mirror.CatchUp(
        () =>
        {
            foreach (var (node, edge) in known.Values) Count(node, edge, -1);
            known.Clear();
        },
        (_, name, stored) =>
        {
            if (known.Remove(name, out var before)) Count(before.Node, before.Edge, -1);
            if (stored is null || nodeOf(stored.Decode()) is not { Length: > 0 } node) return;
            var edge = (sort, "", name);
            known[name] = (node, edge);
            Count(node, edge, 1);
        });

    private void AddPod(Pod pod)
    {
        var ns = pod.Metadata.Namespace;
        var edges = new List<(NodeObject, string, string)> { (NodeObject.Pod, ns, pod.Metadata.Name) };

        // A node makes its mirror pods itself: they must not give it anything.
        if (pod.Metadata.Annotations?.ContainsKey("kubernetes.io/config.mirror") != true)
        {
            if (pod.Spec.ServiceAccountName.Length > 0) edges.Add((NodeObject.ServiceAccount, ns, pod.Spec.ServiceAccountName));
            edges.AddRange(PodReferences.Secrets(pod).Select(n => (NodeObject.Secret, ns, n)));
            edges.AddRange(PodReferences.ConfigMaps(pod).Select(n => (NodeObject.ConfigMap, ns, n)));
            edges.AddRange(PodReferences.Claims(pod).Select(n => (NodeObject.Claim, ns, n)));
            edges.AddRange(PodReferences.ResourceClaims(pod).Select(n => (NodeObject.ResourceClaim, ns, n)));
        }

        _pods[(ns, pod.Metadata.Name)] = (pod.Spec.NodeName, edges);
        foreach (var edge in edges) Count(pod.Spec.NodeName, edge, 1);
    }

    private void DropPod(string ns, string name)
    {
        if (!_pods.Remove((ns, name), out var pod)) return;
        foreach (var edge in pod.Edges) Count(pod.Node, edge, -1);
    }

    private void Count(string node, (NodeObject, string, string) edge, int by)
    {
        if (!_nodes.TryGetValue(edge, out var nodes)) _nodes[edge] = nodes = new(1, StringComparer.Ordinal);
        var count = nodes.GetValueOrDefault(node) + by;
        if (count > 0) nodes[node] = count;
        else if (nodes.Remove(node) && nodes.Count == 0) _nodes.Remove(edge);
    }

    private static IEnumerable<(string Namespace, string Name)> SecretsOf(PersistentVolume volume, string claimNamespace)
    {
        var spec = volume.Spec;
        foreach (var reference in (SecretReference?[])
            [
                spec.Cephfs?.SecretRef, spec.Cinder?.SecretRef, spec.FlexVolume?.SecretRef, spec.Rbd?.SecretRef, spec.ScaleIO?.SecretRef, spec.Iscsi?.SecretRef,
                spec.Csi?.NodePublishSecretRef, spec.Csi?.NodeStageSecretRef, spec.Csi?.NodeExpandSecretRef,
            ])
        {
            if (reference is { Name.Length: > 0 }) yield return (reference.Namespace.Length > 0 ? reference.Namespace : claimNamespace, reference.Name);
        }

        if (spec.AzureFile is { } azure) yield return (azure.SecretNamespace is { Length: > 0 } ns ? ns : claimNamespace, azure.SecretName);
    }

    private sealed record Volume(string ClaimNamespace, string ClaimName, HashSet<(string, string)> Secrets);
}
