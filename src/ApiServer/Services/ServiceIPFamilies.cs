using System.Net;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>Settles which families of addresses a Service gets, from what the user asked for and what the cluster has.</summary>
/// <param name="configured">The cluster's families, the default first.</param>
internal sealed class ServiceIPFamilies(IReadOnlyList<string> configured)
{
    private static readonly FieldPath s_spec = FieldPath.Of("spec");
    private static readonly FieldPath s_policy = s_spec["ipFamilyPolicy"];

    /// <summary>Sets <c>ipFamilyPolicy</c> and <c>ipFamilies</c>.</summary>
    /// <returns>What the user asked for that cannot be.</returns>
    public FieldErrors Settle(Service service, Service? old)
    {
        var errors = new FieldErrors();
        var spec = service.Spec;
        if (spec.Type == ServiceType.ExternalName || IsSettled(service, old)) return errors;
        var loose = spec.ClusterIP == ServiceConstants.ClusterIPNone && spec.Selector is not { Count: > 0 };
        spec.IPFamilyPolicy ??= old?.Spec.IPFamilyPolicy ?? (loose ? IPFamilyPolicy.RequireDualStack : IPFamilyPolicy.SingleStack);
        ServiceClusterIPRules.Validate(service, errors);
        if (errors.Count > 0) return errors;
        if (old is not null) Reduce(spec, old.Spec, errors);
        if (spec.IPFamilyPolicy == IPFamilyPolicy.SingleStack)
        {
            if (spec.ClusterIPs?.Count == 2) errors.Invalid(s_policy, spec.IPFamilyPolicy, "must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified");
            if (spec.IPFamilies?.Count == 2) errors.Invalid(s_policy, spec.IPFamilyPolicy, "must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified");
        }

        Infer(spec, errors);
        if (errors.Count > 0) return errors;

        // What has neither addresses nor pods of ours may have any families.
        if (!loose) Check(spec, errors);
        if (errors.Count > 0) return errors;
        var families = spec.IPFamilies is { Count: > 0 } given ? given : [configured[0]];
        if (spec.IPFamilyPolicy != IPFamilyPolicy.SingleStack && families.Count == 1 && (loose || configured.Count == 2))
            families = [families[0], families[0] == IPFamily.IPv4 ? IPFamily.IPv6 : IPFamily.IPv4];
        spec.IPFamilies = families;
        return errors;
    }

    /// <summary>A change of the cluster's own families must not reach Services that merely prefer two.</summary>
    public static bool IsSettled(Service service, Service? old) =>
        old is not null
        && service.Spec.Type == old.Spec.Type
        && service.Spec.IPFamilyPolicy == IPFamilyPolicy.PreferDualStack
        && old.Spec.IPFamilyPolicy is null or IPFamilyPolicy.PreferDualStack
        && Same(service.Spec.ClusterIPs, old.Spec.ClusterIPs)
        && Same(service.Spec.IPFamilies, old.Spec.IPFamilies);

    /// <summary>Whether two lists say the same; none is as good as an empty one.</summary>
    public static bool Same(List<string>? left, List<string>? right) => (left ?? []).SequenceEqual(right ?? [], StringComparer.Ordinal);

    private static void Reduce(ServiceSpec spec, ServiceSpec old, FieldErrors errors)
    {
        if (spec.IPFamilyPolicy == IPFamilyPolicy.SingleStack)
        {
            // Nothing but the policy has changed: that says clearly what is meant.
            if (spec.ClusterIPs is { Count: > 1 } addresses && Same(addresses, old.ClusterIPs)) spec.ClusterIPs = addresses[..1];
            if (spec.IPFamilies is { Count: > 1 } families && Same(families, old.IPFamilies)) spec.IPFamilies = families[..1];
            return;
        }

        if (spec.ClusterIPs is { Count: > 0 } fewer && fewer.Count < old.ClusterIPs?.Count) errors.Invalid(s_policy, spec.IPFamilyPolicy, "must be 'SingleStack' to release the secondary cluster IP");
        if (spec.IPFamilies is { Count: > 0 } few && few.Count < old.IPFamilies?.Count) errors.Invalid(s_policy, spec.IPFamilyPolicy, "must be 'SingleStack' to release the secondary IP family");
    }

    private void Infer(ServiceSpec spec, FieldErrors errors)
    {
        for (var i = spec.IPFamilies?.Count ?? 0; i < (spec.ClusterIPs?.Count ?? 0) && spec.ClusterIPs![i] != ServiceConstants.ClusterIPNone; i++)
        {
            var family = ServiceAddresses.FamilyOf(IPAddress.Parse(spec.ClusterIPs[i]));
            if (!configured.Contains(family)) errors.Invalid(s_spec["clusterIPs"][i], spec.ClusterIPs, $"{family} is not configured on this cluster");
            else spec.IPFamilies = [.. spec.IPFamilies ?? [], family];
        }
    }

    private void Check(ServiceSpec spec, FieldErrors errors)
    {
        if (spec.IPFamilyPolicy == IPFamilyPolicy.RequireDualStack && configured.Count < 2) errors.Invalid(s_policy, spec.IPFamilyPolicy, "this cluster is not configured for dual-stack services");
        for (var i = 0; i < (spec.IPFamilies?.Count ?? 0); i++)
            if (!configured.Contains(spec.IPFamilies![i])) errors.Invalid(s_spec["ipFamilies"][i], spec.IPFamilies[i], "not configured on this cluster");
    }
}
