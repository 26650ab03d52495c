using Tiphys.Api;
using Tiphys.Api.Networking.V1;

namespace Tiphys.ApiServer;

/// <summary>Networks for Services: they can grow by the other family, and change in no other way.</summary>
internal sealed class ServiceCidrStrategy : SpecStatusStrategy<ServiceCIDR>
{
    private static readonly FieldPath s_cidrs = FieldPath.Of("spec")["cidrs"];

    protected override bool CountsGenerations => false;

    protected override IApiMessage SpecOf(ServiceCIDR item) => item.Spec;

    protected override void TakeSpec(ServiceCIDR item, ServiceCIDR from) => item.Spec = from.Spec;

    protected override void TakeStatus(ServiceCIDR item, ServiceCIDR from) => item.Status = from.Status;

    public override void Validate(ServiceCIDR item, FieldErrors errors)
    {
        var cidrs = item.Spec.Cidrs ?? [];
        if (cidrs.Count == 0)
        {
            errors.Required(s_cidrs, "at least one CIDR required");
            return;
        }

        if (cidrs.Count > 2)
        {
            errors.Invalid(s_cidrs, item.Spec, "may only hold up to 2 values");
            return;
        }

        var before = errors.Count;
        for (var i = 0; i < cidrs.Count; i++) AddressRules.Network(cidrs[i], s_cidrs[i], errors);
        if (cidrs.Count == 2 && errors.Count == before && IsSix(cidrs[0]) == IsSix(cidrs[1]))
            errors.Invalid(s_cidrs, cidrs, "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64");
    }

    public override void ValidateUpdate(ServiceCIDR item, ServiceCIDR old, FieldErrors errors)
    {
        var (now, before) = (item.Spec.Cidrs ?? [], old.Spec.Cidrs ?? []);
        if (now.Count != before.Count && (before.Count, now.Count) is not (1, 2))
        {
            errors.Invalid(s_cidrs, now, FieldRules.Immutable);
            return;
        }

        for (var i = 0; i < before.Count; i++)
            FieldRules.Unchanged(now[i], before[i], s_cidrs[i], errors);
        if (now.Count > before.Count) Validate(item, errors);
    }

    private static bool IsSix(string cidr) => cidr.Contains(':', StringComparison.Ordinal);
}

/// <summary>Taken addresses: named after the address, and never given to another object.</summary>
internal sealed class IPAddressStrategy : ResourceStrategy<IPAddress>
{
    private static readonly FieldPath s_parent = FieldPath.Of("spec")["parentRef"];

    public override IReadOnlyList<string> NameErrors(string name) => AddressRules.AddressError(name) is { } error ? [error] : [];

    public override void Validate(IPAddress item, FieldErrors errors)
    {
        if (item.Spec.ParentRef is not { } parent)
        {
            errors.Required(s_parent);
            return;
        }

        // Services are in the group without a name.
        FieldRules.OptionalName(parent.Group, Names.SubdomainErrors, s_parent["group"], errors);
        FieldRules.Name(parent.Resource, Names.PathSegmentErrors, s_parent["resource"], errors);
        FieldRules.Name(parent.Name, Names.PathSegmentErrors, s_parent["name"], errors);
        FieldRules.OptionalName(parent.Namespace, Names.PathSegmentErrors, s_parent["namespace"], errors);
    }

    public override void ValidateUpdate(IPAddress item, IPAddress old, FieldErrors errors)
    {
        Validate(item, errors);
        FieldRules.Unchanged(item.Spec.ParentRef, old.Spec.ParentRef, s_parent, errors);
    }
}
