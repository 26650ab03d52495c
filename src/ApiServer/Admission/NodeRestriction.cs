using Tiphys.Api;
using Tiphys.Api.Authentication.V1;
using Tiphys.Api.Certificates.V1;
using Tiphys.Api.Coordination.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Api.Policy.V1;
using Tiphys.Api.Resource.V1;
using Tiphys.Api.Storage.V1;
using TokenRequest = Tiphys.Api.Authentication.V1.TokenRequest;

namespace Tiphys.ApiServer;

/// <summary>Keeps nodes to their own node object, to pods bound to them and to what belongs to those.</summary>
/// <param name="resources">Where pods and nodes are.</param>
/// <param name="authorizer">May let a node ask for tokens of further audiences.</param>
public sealed class NodeRestriction(ApiResources resources, IAuthorizer authorizer) : IAdmissionPlugin
{

    private static readonly HashSet<string> s_kubeletLabels =
    [
        WellKnownLabels.Hostname, WellKnownLabels.TopologyZone, WellKnownLabels.TopologyRegion, WellKnownLabels.InstanceType, WellKnownLabels.OS, WellKnownLabels.Arch,
        "failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region", "beta.kubernetes.io/instance-type", "beta.kubernetes.io/os", "beta.kubernetes.io/arch",
    ];

    /// <inheritdoc/>
    public string Name => "NodeRestriction";

    /// <inheritdoc/>
    public async ValueTask ValidateAsync(AdmissionAttributes write, CancellationToken cancel)
    {
        if (NodeIdentity.Of(write.User) is not { } node) return;
        if (node.Length == 0) throw Refusal.Of(write, $"could not determine node from user \"{write.User.Name}\"");
        switch (write.Kind.Group, write.Kind.Resource)
        {
            case ("", "pods"): await PodAsync(write, node, cancel); break;
            case ("", "nodes"): CheckNode(write, node); break;
            case ("", "persistentvolumeclaims"): CheckClaim(write, node); break;
            case ("", "serviceaccounts"): await TokenAsync(write, node, cancel); break;
            case ("coordination.k8s.io", "leases"): CheckLease(write, node); break;
            case ("storage.k8s.io", "csinodes"): CheckCsiNode(write, node); break;
            case ("resource.k8s.io", "resourceslices"): CheckSlice(write, node); break;
            case ("certificates.k8s.io", "certificatesigningrequests"): CheckSigningRequest(write, node); break;
        }
    }

    private async ValueTask PodAsync(AdmissionAttributes write, string node, CancellationToken cancel)
    {
        switch (write.Subresource, write.Operation)
        {
            case ("", AdmissionOperation.Create):
                await MirrorPodAsync(write, node, cancel);
                break;
            case ("", AdmissionOperation.Delete):
                if (write.OldObject is Pod gone && gone.Spec.NodeName != node) throw Refusal.Of(write, $"node \"{node}\" can only delete pods with spec.nodeName set to itself");
                break;
            case ("", _):
                throw Refusal.Of(write, $"unexpected operation \"{write.Operation.ToString().ToUpperInvariant()}\", node \"{node}\" can only create and delete mirror pods");
            case ("status", AdmissionOperation.Update):
                CheckPodStatus(write, node);
                break;
            case ("eviction", AdmissionOperation.Create):
                var name = write.Name.Length > 0 ? write.Name : (write.Object as Eviction)?.Metadata.Name ?? "";
                if (name.Length == 0) throw Refusal.Of(write, "could not determine pod from request data");
                var pod = await resources.GetAsync<Pod>(write.Namespace, name, cancel);
                if (pod.Spec.NodeName != node) throw Refusal.Of(write, $"node {node} can only evict pods with spec.nodeName set to itself");
                break;
            default:
                throw Refusal.Of(write, $"unexpected pod subresource \"{write.Subresource}\", only 'status' and 'eviction' are allowed");
        }
    }

    private async ValueTask MirrorPodAsync(AdmissionAttributes write, string node, CancellationToken cancel)
    {
        var pod = (Pod)write.Object!;
        if (pod.Metadata.Annotations?.ContainsKey(WellKnownAnnotations.ConfigMirror) != true)
            throw Refusal.Of(write, $"pod does not have \"{WellKnownAnnotations.ConfigMirror}\" annotation, node \"{node}\" can only create mirror pods");
        if (pod.Spec.NodeName != node) throw Refusal.Of(write, $"node \"{node}\" can only create pods with spec.nodeName set to itself");
        var owners = pod.Metadata.OwnerReferences ?? [];
        if (owners.Count > 1) throw Refusal.Of(write, $"node \"{node}\" can only create pods with a single owner reference set to itself");
        if (owners.Count == 0 || owners[0] is not { ApiVersion: "v1", Kind: "Node" } owner || owner.Name != node)
            throw Refusal.Of(write, $"node \"{node}\" can only create pods with an owner reference set to itself");
        if (owner.Controller != true) throw Refusal.Of(write, $"node \"{node}\" can only create pods with a controller owner reference set to itself");
        if (owner.BlockOwnerDeletion == true) throw Refusal.Of(write, $"node \"{node}\" must not set blockOwnerDeletion on an owner reference");
        var known = await resources.GetAsync<Node>("", node, cancel);
        if (owner.Uid != known.Metadata.Uid) throw Refusal.Of(write, $"node {node} UID mismatch: expected {owner.Uid} got {known.Metadata.Uid}");
        var what = PodReferences.Secrets(pod).Any() ? "secrets"
            : PodReferences.ConfigMaps(pod).Any() ? "configmaps"
            : pod.Spec.ServiceAccountName.Length > 0 ? "serviceaccounts"
            : PodReferences.Claims(pod).Any() ? "persistentvolumeclaims"
            : pod.Spec.ResourceClaims is { Count: > 0 } ? "resourceclaims"
            : null;
        if (what is not null) throw Refusal.Of(write, $"node \"{node}\" can not create pods that reference {what}");
    }

    private static void CheckPodStatus(AdmissionAttributes write, string node)
    {
        if (write is not { OldObject: Pod old, Object: Pod pod }) return;
        if (old.Spec.NodeName != node) throw Refusal.Of(write, $"node \"{node}\" can only update pod status for pods with spec.nodeName set to itself");
        if (ModifiedLabels(pod.Metadata.Labels, old.Metadata.Labels).Any()) throw Refusal.Of(write, $"node \"{node}\" cannot update labels through pod status");
        if (!Same(old.Status.ResourceClaimStatuses, pod.Status.ResourceClaimStatuses)) throw Refusal.Of(write, $"node \"{node}\" cannot update resource claim statues");
        if (!ApiJson.Same(old.Status.ExtendedResourceClaimStatus, pod.Status.ExtendedResourceClaimStatus)) throw Refusal.Of(write, $"node \"{node}\" cannot update extended resource claim status");
    }

    private static void CheckNode(AdmissionAttributes write, string node)
    {
        if (write.Name != node) throw Refusal.Of(write, $"node \"{node}\" is not allowed to modify node \"{write.Name}\"");
        if (write is { Operation: AdmissionOperation.Create, Object: Node fresh })
        {
            if (fresh.Spec.ConfigSource is not null) throw Refusal.Of(write, $"node \"{node}\" is not allowed to create pods with a non-nil configSource");
            var labels = ModifiedLabels(fresh.Metadata.Labels, null).Where(IsForbiddenLabel).Order(StringComparer.Ordinal).ToList();
            if (labels.Count > 0) throw Refusal.Of(write, $"node \"{node}\" is not allowed to set the following labels: {string.Join(", ", labels)}");
        }
        else if (write is { Operation: AdmissionOperation.Update, Object: Node item, OldObject: Node old })
        {
            if (item.Spec.ConfigSource is not null && !ApiJson.Same(item.Spec.ConfigSource, old.Spec.ConfigSource)) throw Refusal.Of(write, $"node \"{node}\" is not allowed to update configSource to a new non-nil configSource");
            if (!Same(item.Spec.Taints, old.Spec.Taints)) throw Refusal.Of(write, $"node \"{node}\" is not allowed to modify taints");
            if (!Same(item.Metadata.OwnerReferences, old.Metadata.OwnerReferences)) throw Refusal.Of(write, $"node \"{node}\" is not allowed to modify ownerReferences");
            var labels = ModifiedLabels(item.Metadata.Labels, old.Metadata.Labels).Where(IsForbiddenLabel).Order(StringComparer.Ordinal).ToList();
            if (labels.Count > 0) throw Refusal.Of(write, $"is not allowed to modify labels: {string.Join(", ", labels)}");
        }
    }

    private static void CheckClaim(AdmissionAttributes write, string node)
    {
        if (write.Subresource != "status") throw Refusal.Of(write, "may only update PVC status");
        if (write is not { Operation: AdmissionOperation.Update, Object: PersistentVolumeClaim item, OldObject: PersistentVolumeClaim old }) return;
        if (!ApiJson.Same(Fixed(item), Fixed(old))) throw Refusal.Of(write, $"node \"{node}\" is not allowed to update fields other than status.quantity and status.conditions");

        static PersistentVolumeClaim Fixed(PersistentVolumeClaim claim)
        {
            var copy = claim.DeepCopy();
            copy.Metadata.ResourceVersion = "";
            copy.Metadata.ManagedFields = null;
            copy.Status.Capacity = null;
            copy.Status.Conditions = null;
            copy.Status.AllocatedResources = null;
            copy.Status.AllocatedResourceStatuses = null;
            return copy;
        }
    }

    private async ValueTask TokenAsync(AdmissionAttributes write, string node, CancellationToken cancel)
    {
        if (write is not { Operation: AdmissionOperation.Create, Subresource: "token", Object: TokenRequest request }) return;
        if (request.Spec.BoundObjectRef is not { ApiVersion: "v1", Kind: "Pod", Name.Length: > 0 } reference) throw Refusal.Of(write, "node requested token not bound to a pod");
        if (reference.Uid.Length == 0) throw Refusal.Of(write, "node requested token with a pod binding without a uid");
        var pod = await resources.GetAsync<Pod>(write.Namespace, reference.Name, cancel);
        if (pod.Metadata.Uid != reference.Uid)
            throw Refusal.Of(write, $"the UID in the bound object reference ({reference.Uid}) does not match the UID in record. The object might have been deleted and then recreated");
        if (pod.Spec.NodeName != node) throw Refusal.Of(write, "node requested token bound to a pod scheduled on a different node");
        await AudienceAsync(write, request, pod, cancel);
    }

    /// <summary>The audience must be one the pod asks for in a volume, or one the node was allowed.</summary>
    private async ValueTask AudienceAsync(AdmissionAttributes write, TokenRequest request, Pod pod, CancellationToken cancel)
    {
        if (request.Spec.Audiences.Count > 1) throw Refusal.Of(write, "node may only request 0 or 1 audiences");
        var audience = request.Spec.Audiences.Count == 0 ? "" : request.Spec.Audiences[0];
        var sources = (pod.Spec.Volumes ?? []).SelectMany(static v => v.Projected?.Sources ?? []).Select(static s => s.ServiceAccountToken).OfType<ServiceAccountTokenProjection>();

        // A volume without an audience asks for the API server's own, which the request has been given by now.
        if (sources.Any(s => s.Audience == audience || s.Audience.Length == 0) || pod.Spec.Volumes?.Any(static v => v.Csi is not null || v.PersistentVolumeClaim is not null || v.Ephemeral is not null) == true) return;
        var info = new RequestInfo
        {
            Path = "",
            IsResourceRequest = true,
            Verb = "request-serviceaccounts-token-audience",
            Version = "v1",
            Resource = audience,
            Namespace = write.Namespace,
            Name = write.Name,
        };
        if ((await authorizer.AuthorizeAsync(write.User, info, cancel)).Verdict != AuthorizationVerdict.Allow)
            throw Refusal.Of(write, $"audience \"{audience}\" not found in pod spec volume, {write.User.Name} is not authorized to request tokens for this audience");
    }

    private static void CheckLease(AdmissionAttributes write, string node)
    {
        if (write.Namespace != WellKnownNamespaces.NodeLease) throw Refusal.Of(write, $"can only access leases in the \"{WellKnownNamespaces.NodeLease}\" system namespace");
        var name = write.Operation == AdmissionOperation.Create && write.Object is Lease lease ? lease.Metadata.Name : write.Name;
        if (name != node) throw Refusal.Of(write, "can only access node lease with the same name as the requesting node");
    }

    private static void CheckCsiNode(AdmissionAttributes write, string node)
    {
        var name = write.Operation == AdmissionOperation.Create && write.Object is CSINode item ? item.Metadata.Name : write.Name;
        if (name != node) throw Refusal.Of(write, "can only access CSINode with the same name as the requesting node");
    }

    private static void CheckSlice(AdmissionAttributes write, string node)
    {
        if (write is { Operation: AdmissionOperation.Create, Object: ResourceSlice slice } && slice.Spec.NodeName != node) throw Refusal.Of(write, "can only create ResourceSlice with the same NodeName as the requesting node");
        if (write.OldObject is ResourceSlice old && old.Spec.NodeName != node)
            throw Refusal.Of(write, write.Operation == AdmissionOperation.Delete ? "can only delete ResourceSlice with the same NodeName as the requesting node" : "can only update ResourceSlice with the same NodeName as the requesting node");
    }

    private static void CheckSigningRequest(AdmissionAttributes write, string node)
    {
        if (write is not { Operation: AdmissionOperation.Create, Subresource: "", Object: CertificateSigningRequest request }) return;
        if (request.Spec.SignerName is not ("kubernetes.io/kube-apiserver-client-kubelet" or "kubernetes.io/kubelet-serving")) return;
        var subject = SigningRequest.CommonName(request.Spec.Request);
        if (subject != $"system:node:{node}") throw Refusal.Of(write, $"can only create a node CSR with CN=system:node:{node}");
    }

    private static IEnumerable<string> ModifiedLabels(Dictionary<string, string>? now, Dictionary<string, string>? before) =>
        (now ?? []).Except(before ?? []).Concat((before ?? []).Except(now ?? [])).Select(static l => l.Key).Distinct(StringComparer.Ordinal);

    private static bool IsForbiddenLabel(string label)
    {
        var slash = label.IndexOf('/', StringComparison.Ordinal);
        var domain = slash < 0 ? "" : label[..slash];
        if (IsIn(domain, WellKnownLabels.NodeRestrictionSuffix)) return true;
        if (!IsIn(domain, "kubernetes.io") && !IsIn(domain, "k8s.io")) return false;
        return !s_kubeletLabels.Contains(label) && !IsIn(domain, WellKnownLabels.KubeletSuffix) && !IsIn(domain, WellKnownLabels.NodeSuffix);
    }

    private static bool IsIn(string domain, string parent) => domain == parent || domain.EndsWith("." + parent, StringComparison.Ordinal);

    private static bool Same<T>(List<T>? left, List<T>? right) where T : class, IApiMessage =>
        (left?.Count ?? 0) == (right?.Count ?? 0) && (left ?? []).Zip(right ?? []).All(static p => ApiJson.Same(p.First, p.Second));
}
