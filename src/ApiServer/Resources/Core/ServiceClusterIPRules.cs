using System.Net;
using System.Net.Sockets;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>What holds between a Service's addresses and their families.</summary>
internal static class ServiceClusterIPRules
{
    private static readonly FieldPath s_addresses = FieldPath.Of("spec")["clusterIPs"];
    private static readonly FieldPath s_families = FieldPath.Of("spec")["ipFamilies"];
    private static readonly FieldPath s_policy = FieldPath.Of("spec")["ipFamilyPolicy"];
    private static readonly string[] s_allFamilies = [IPFamily.IPv4, IPFamily.IPv6];
    private static readonly string[] s_allPolicies = [IPFamilyPolicy.PreferDualStack, IPFamilyPolicy.RequireDualStack, IPFamilyPolicy.SingleStack];

    /// <summary>Reports what does not fit together.</summary>
    public static void Validate(Service service, FieldErrors errors)
    {
        var spec = service.Spec;
        if (spec.Type == ServiceType.ExternalName) return;
        var addresses = spec.ClusterIPs ?? [];
        if (spec.ClusterIP.Length > 0)
        {
            if (addresses.Count == 0) errors.Required(s_addresses);
            else if (addresses[0] != spec.ClusterIP) errors.Invalid(s_addresses, addresses, "first value must match `clusterIP`");
        }
        else if (addresses.Count > 0) errors.Invalid(s_addresses, addresses, "must be empty when `clusterIP` is not specified");

        var families = spec.IPFamilies ?? [];
        for (var i = 0; i < families.Count; i++)
        {
            if (!s_allFamilies.Contains(families[i])) errors.NotSupported(s_families[i], families[i], s_allFamilies);
            if (families.IndexOf(families[i]) < i) errors.Duplicate(s_families[i], families[i]);
        }

        if (spec.IPFamilyPolicy is { } policy && !s_allPolicies.Contains(policy)) errors.NotSupported(s_policy, policy, s_allPolicies);
        Addresses(addresses, families, errors);
    }

    /// <summary>Reports changes that a Service's addresses and families do not allow.</summary>
    public static void ValidateUpdate(Service service, Service old, FieldErrors errors)
    {
        if (service.Spec.Type == ServiceType.ExternalName || old.Spec.Type == ServiceType.ExternalName) return;
        var (now, before) = (service.Spec.ClusterIPs ?? [], old.Spec.ClusterIPs ?? []);
        var single = service.Spec.IPFamilyPolicy == IPFamilyPolicy.SingleStack;
        if (!(service.Spec.IsHeadless && old.Spec.IsHeadless))
        {
            if (now.Count == 0 && before.Count > 0) errors.Invalid(s_addresses[0], service.Spec.ClusterIPs, "primary clusterIP can not be unset");
            for (var i = 0; i < before.Count && i < now.Count && (i == 0 || now.Count == before.Count); i++)
                if (now[i] != before[i]) errors.Invalid(s_addresses[i], now, "may not change once set");
            if (now.Count == 1 && before.Count > 1 && !single) errors.Invalid(s_policy, service.Spec.IPFamilyPolicy, "must be set to 'SingleStack' when releasing the secondary clusterIP");
        }

        if (service.Spec.IsHeadless || old.Spec.IsHeadless) return;
        var (families, former) = (service.Spec.IPFamilies ?? [], old.Spec.IPFamilies ?? []);
        for (var i = 0; i < families.Count && i < former.Count && (i == 0 || families.Count == former.Count); i++)
            if (families[i] != former[i]) errors.Invalid(s_families[0], families, "may not change once set");
        if (families.Count == 1 && former.Count > 1 && !single) errors.Invalid(s_policy, service.Spec.IPFamilyPolicy, "must be set to 'SingleStack' when releasing the secondary ipFamily");
    }

    private static void Addresses(List<string> addresses, List<string> families, FieldErrors errors)
    {
        var count = errors.Count;
        for (var i = 0; i < addresses.Count; i++)
        {
            if (i == 0 && addresses[i] == ServiceConstants.ClusterIPNone)
            {
                if (addresses.Count > 1) errors.Invalid(s_addresses, addresses, "'None' must be the first and only value");
            }
            else AddressRules.LooseAddress(addresses[i], s_addresses[i], errors);
        }

        var malformed = errors.Count > count;
        if (addresses.Count > 2) errors.Invalid(s_addresses, addresses, "may only hold up to 2 values");
        if (malformed || addresses is [ServiceConstants.ClusterIPNone]) return;
        if (addresses.Count > 1 && addresses.Select(IsSix).Distinct().Count() < 2) errors.Invalid(s_addresses, addresses, "may specify no more than one IP for each IP family");
        for (var i = 0; i < addresses.Count && i < families.Count; i++)
        {
            var family = IsSix(addresses[i]) ? IPFamily.IPv6 : IPFamily.IPv4;
            if (family != families[i] && s_allFamilies.Contains(families[i])) errors.Invalid(s_addresses[i], addresses[i], $"expected an {families[i]} value as indicated by `ipFamilies[{i}]`");
        }
    }

    private static bool IsSix(string address) => IPAddress.Parse(address).AddressFamily == AddressFamily.InterNetworkV6;
}
