using Tiphys.Api;
using Tiphys.Api.AdmissionRegistration.V1;
using Tiphys.Api.Certificates.V1;
using Tiphys.Api.Coordination.V1;
using Tiphys.Api.Discovery.V1;
using Tiphys.Api.FlowControl.V1;
using Tiphys.Api.Networking.V1;
using Tiphys.Api.Node.V1;
using Tiphys.Api.Rbac.V1;
using Tiphys.Api.Resource.V1;
using Tiphys.Api.Scheduling.V1;
using Tiphys.Api.Storage.V1;
using static Tiphys.ApiServer.CellText;

namespace Tiphys.ApiServer;

/// <summary>Printers of networks, storage, access, scheduling and the rest.</summary>
internal static class OtherPrinters
{
    public static IEnumerable<(KindInfo Kind, ITablePrinter Printer)> All() => Networks().Concat(Storage()).Concat(Access()).Concat(Rest());

    private static IEnumerable<(KindInfo Kind, ITablePrinter Printer)> Networks()
    {
        yield return (EndpointSlice.Info, new TablePrinter<EndpointSlice>("Name|AddressType|Ports|Endpoints|Age", static (o, now) =>
        [
            o.Metadata.Name, o.AddressType, Some([.. (o.Ports ?? []).Select(static p => p.Port is { } port ? $"{port}" : p.Name ?? "*")], 3, Unset),
            Some([.. (o.Endpoints ?? []).SelectMany(static e => e.Addresses)], 3, Unset), Age(o, now),
        ]));
        yield return (Ingress.Info, new TablePrinter<Ingress>("Name|Class|Hosts|Address|Ports|Age", static (o, now) =>
            [o.Metadata.Name, o.Spec.IngressClassName ?? None, Hosts(o.Spec.Rules ?? []), AddressOf(o), o.Spec.Tls is { Count: > 0 } ? "80, 443" : "80", Age(o, now)]));
        yield return (IngressClass.Info, new TablePrinter<IngressClass>("Name|Controller|Parameters|Age", static (o, now) =>
            [Marked(o, "ingressclass.kubernetes.io/is-default-class"), o.Spec.Controller, Parameters(o), Age(o, now)]));
        yield return (NetworkPolicy.Info, new TablePrinter<NetworkPolicy>("Name|Pod-Selector|Age", static (o, now) => [o.Metadata.Name, Selector(o.Spec.PodSelector), Age(o, now)]));
        yield return (ServiceCIDR.Info, new TablePrinter<ServiceCIDR>("Name|CIDRs|Age", static (o, now) => [o.Metadata.Name, string.Join(',', o.Spec.Cidrs ?? []), Age(o, now)]));
        yield return (IPAddress.Info, new TablePrinter<IPAddress>("Name|ParentRef", static (o, _) => [o.Metadata.Name, Parent(o)]));
    }

    private static IEnumerable<(KindInfo Kind, ITablePrinter Printer)> Storage()
    {
        yield return (StorageClass.Info, new TablePrinter<StorageClass>("Name|Provisioner|ReclaimPolicy|VolumeBindingMode|AllowVolumeExpansion|Age", static (o, now) =>
            [Marked(o, "storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"), o.Provisioner, o.ReclaimPolicy ?? "Delete", o.VolumeBindingMode ?? "Immediate", o.AllowVolumeExpansion ?? false, Age(o, now)]));
        yield return (VolumeAttributesClass.Info, new TablePrinter<VolumeAttributesClass>("Name|DriverName|Age", static (o, now) => [o.Metadata.Name, o.DriverName, Age(o, now)]));
        yield return (VolumeAttachment.Info, new TablePrinter<VolumeAttachment>("Name|Attacher:n|PV|Node|Attached:b|Age", static (o, now) =>
            [o.Metadata.Name, o.Spec.Attacher, o.Spec.Source.PersistentVolumeName ?? "", o.Spec.NodeName, o.Status.Attached, Age(o, now)]));
        yield return (CSINode.Info, new TablePrinter<CSINode>("Name|Drivers:i|Age", static (o, now) => [o.Metadata.Name, o.Spec.Drivers.Count, Age(o, now)]));
        yield return (CSIDriver.Info, new TablePrinter<CSIDriver>("Name|AttachRequired:b|PodInfoOnMount:b|StorageCapacity:b|TokenRequests|RequiresRepublish:b|Modes|Age", static (o, now) =>
        [
            o.Metadata.Name, o.Spec.AttachRequired ?? true, o.Spec.PodInfoOnMount ?? false, o.Spec.StorageCapacity ?? false,
            o.Spec.TokenRequests is { } requests ? string.Join(',', requests.Select(static t => t.Audience)) : Unset, o.Spec.RequiresRepublish ?? false,
            Or(string.Join(',', o.Spec.VolumeLifecycleModes ?? []), None), Age(o, now),
        ]));
    }

    private static IEnumerable<(KindInfo Kind, ITablePrinter Printer)> Access()
    {
        yield return (RoleBinding.Info, new TablePrinter<RoleBinding>("Name|Role|Age|Users+|Groups+|ServiceAccounts+", static (o, now) => BindingCells(o, o.RoleRef, o.Subjects, now)));
        yield return (ClusterRoleBinding.Info, new TablePrinter<ClusterRoleBinding>("Name|Role|Age|Users+|Groups+|ServiceAccounts+", static (o, now) => BindingCells(o, o.RoleRef, o.Subjects, now)));
        yield return (CertificateSigningRequest.Info, new TablePrinter<CertificateSigningRequest>("Name|Age|SignerName|Requestor|RequestedDuration|Condition", static (o, now) =>
        [
            o.Metadata.Name, Age(o, now), Or(o.Spec.SignerName, None), o.Spec.Username, o.Spec.ExpirationSeconds is { } seconds ? HumanDuration.Format(TimeSpan.FromSeconds(seconds)) : None, RequestState(o),
        ]));
        yield return (MutatingWebhookConfiguration.Info, new TablePrinter<MutatingWebhookConfiguration>("Name|Webhooks:i|Age", static (o, now) => [o.Metadata.Name, o.Webhooks?.Count ?? 0, Age(o, now)]));
        yield return (ValidatingWebhookConfiguration.Info, new TablePrinter<ValidatingWebhookConfiguration>("Name|Webhooks:i|Age", static (o, now) => [o.Metadata.Name, o.Webhooks?.Count ?? 0, Age(o, now)]));
        yield return (ValidatingAdmissionPolicy.Info, new TablePrinter<ValidatingAdmissionPolicy>("Name|Validations:i|ParamKind|Age", static (o, now) =>
            [o.Metadata.Name, o.Spec.Validations?.Count ?? 0, o.Spec.ParamKind is { } kind ? $"{kind.ApiVersion}/{kind.Kind}" : Unset, Age(o, now)]));
        yield return (ValidatingAdmissionPolicyBinding.Info, new TablePrinter<ValidatingAdmissionPolicyBinding>("Name|PolicyName|ParamRef|Age", static (o, now) =>
            [o.Metadata.Name, o.Spec.PolicyName, o.Spec.ParamRef is { Name.Length: > 0 } reference ? $"{Or(reference.Namespace, "*")}/{reference.Name}" : Unset, Age(o, now)]));
    }

    private static IEnumerable<(KindInfo Kind, ITablePrinter Printer)> Rest()
    {
        yield return (Lease.Info, new TablePrinter<Lease>("Name|Holder|Age", static (o, now) => [o.Metadata.Name, o.Spec.HolderIdentity ?? "", Age(o, now)]));
        yield return (PriorityClass.Info, new TablePrinter<PriorityClass>("Name|Value:i|Global-Default:b|Age|PreemptionPolicy", static (o, now) => [o.Metadata.Name, o.Value, o.GlobalDefault, Age(o, now), o.PreemptionPolicy ?? ""]));
        yield return (RuntimeClass.Info, new TablePrinter<RuntimeClass>("Name|Handler|Age", static (o, now) => [o.Metadata.Name, o.Handler, Age(o, now)]));
        yield return (FlowSchema.Info, new TablePrinter<FlowSchema>("Name|PriorityLevel|MatchingPrecedence|DistinguisherMethod|Age|MissingPL", static (o, now) =>
        [
            o.Metadata.Name, o.Spec.PriorityLevelConfiguration.Name, o.Spec.MatchingPrecedence, o.Spec.DistinguisherMethod?.Type ?? None, Age(o, now),
            o.Status.Conditions?.Find(static c => c.Type == "Dangling")?.Status ?? "?",
        ]));
        yield return (PriorityLevelConfiguration.Info, new TablePrinter<PriorityLevelConfiguration>("Name|Type|NominalConcurrencyShares|Queues|HandSize|QueueLengthLimit|Age", static (o, now) =>
        [
            o.Metadata.Name, o.Spec.Type, Number(o.Spec.Limited?.NominalConcurrencyShares), Number(o.Spec.Limited?.LimitResponse.Queuing?.Queues), Number(o.Spec.Limited?.LimitResponse.Queuing?.HandSize),
            Number(o.Spec.Limited?.LimitResponse.Queuing?.QueueLengthLimit), Age(o, now),
        ]));
        yield return (DeviceClass.Info, new TablePrinter<DeviceClass>("Name|Age", static (o, now) => [o.Metadata.Name, Age(o, now)]));
        yield return (ResourceClaim.Info, new TablePrinter<ResourceClaim>("Name|State|Age", static (o, now) => [o.Metadata.Name, ClaimState(o), Age(o, now)]));
        yield return (ResourceClaimTemplate.Info, new TablePrinter<ResourceClaimTemplate>("Name|Age", static (o, now) => [o.Metadata.Name, Age(o, now)]));
        yield return (ResourceSlice.Info, new TablePrinter<ResourceSlice>("Name|Node|Driver|Pool|Age", static (o, now) => [o.Metadata.Name, o.Spec.NodeName ?? "", o.Spec.Driver, o.Spec.Pool.Name, Age(o, now)]));
    }

    private static object[] BindingCells(IKubernetesObject item, RoleRef role, List<Api.Rbac.V1.Subject>? subjects, DateTimeOffset now)
    {
        var (users, groups, accounts) = Subjects(subjects);
        return [item.Metadata.Name, $"{role.Kind}/{role.Name}", Age(item, now), users, groups, accounts];
    }

    private static string Marked(IKubernetesObject item, params string[] annotations) =>
        annotations.Any(a => item.Metadata.Annotations?.GetValueOrDefault(a) == "true") ? item.Metadata.Name + " (default)" : item.Metadata.Name;

    private static object Number(int? value) => value is { } number ? number : None;

    private static string Hosts(List<IngressRule> rules)
    {
        const int most = 3;
        var hosts = rules.Take(most).Select(static r => r.Host).Where(static h => h.Length > 0).ToList();
        if (hosts.Count == 0) return "*";
        var text = string.Join(',', hosts);
        return hosts.Count == most && rules.Count > most ? $"{text} + {rules.Count - most} more..." : text;
    }

    private static string AddressOf(Ingress ingress) => string.Join(',', (ingress.Status.LoadBalancer.Ingress ?? [])
        .Select(static i => Or(i.IP, i.Hostname)).Where(static t => t.Length > 0).Distinct().Order(StringComparer.Ordinal));

    private static string Parameters(IngressClass item) => item.Spec.Parameters is not { } parameters ? None
        : parameters.ApiGroup is { } group ? $"{parameters.Kind}.{group}/{parameters.Name}" : $"{parameters.Kind}/{parameters.Name}";

    private static string Parent(IPAddress address)
    {
        if (address.Spec.ParentRef is not { } parent) return None;
        var text = new GroupResource(parent.Group, parent.Resource).ToString().ToLowerInvariant();
        return parent.Namespace.Length > 0 ? $"{text}/{parent.Namespace}/{parent.Name}" : $"{text}/{parent.Name}";
    }

    private static string RequestState(CertificateSigningRequest request)
    {
        bool Has(string type) => request.Status.Conditions?.Any(c => c.Type == type) == true;
        var state = Has("Denied") ? "Denied" : Has("Approved") ? "Approved" : "Pending";
        if (Has("Failed")) state += ",Failed";
        return request.Status.Certificate is { Length: > 0 } ? state + ",Issued" : state;
    }

    private static string ClaimState(ResourceClaim claim)
    {
        var states = new List<string>();
        if (claim.Metadata.DeletionTimestamp is not null) states.Add("deleted");
        if (claim.Status.Allocation is null)
        {
            if (claim.Metadata.DeletionTimestamp is null) states.Add("pending");
        }
        else
        {
            states.Add("allocated");
            if (claim.Status.ReservedFor is { Count: > 0 }) states.Add("reserved");
        }

        return string.Join(',', states);
    }
}
