using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of nodes.</summary>
internal static class NodeValidation
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    public static void Common(Node node, FieldErrors errors)
    {
        Taints(node.Spec.Taints, FieldPath.Of("metadata")["taints"], errors);
        foreach (var (name, amount) in node.Status.Capacity ?? []) ResourceValidation.Amount(name, amount, FieldPath.Of("status")["capacity"][name], errors);
        foreach (var (name, amount) in node.Status.Allocatable ?? []) ResourceValidation.Amount(name, amount, FieldPath.Of("status")["allocatable"][name], errors);
    }

    public static void PodNetworks(List<string> networks, FieldErrors errors)
    {
        var path = Spec["podCIDRs"];
        for (var i = 0; i < networks.Count; i++) AddressRules.LooseNetwork(networks[i], path[i], errors);
        if (networks.Count > 2 || networks.Select(static n => n.Contains(':', StringComparison.Ordinal)).Distinct().Count() < networks.Count)
            errors.Invalid(path, networks, "may specify no more than one CIDR for each IP family");
    }

    public static void Change(Node node, Node old, FieldErrors errors)
    {
        var addresses = new HashSet<(string, string)>();
        for (var i = 0; i < (node.Status.Addresses?.Count ?? 0); i++)
        {
            var address = node.Status.Addresses![i];
            if (!addresses.Add((address.Type, address.Address))) errors.Duplicate(FieldPath.Of("status")["addresses"][i], address);
        }

        if (old.Spec.PodCIDRs is { Count: > 0 } before && !before.SequenceEqual(node.Spec.PodCIDRs ?? []))
            errors.Forbidden(Spec["podCIDRs"], "node updates may not change podCIDR except from \"\" to valid");
        if (old.Spec.ProviderID.Length > 0 && node.Spec.ProviderID != old.Spec.ProviderID)
            errors.Forbidden(Spec["providerID"], "node updates may not change providerID except from \"\" to valid");
    }

    private static void Taints(List<Taint>? taints, FieldPath path, FieldErrors errors)
    {
        var seen = new HashSet<(string, string)>();
        for (var i = 0; i < (taints?.Count ?? 0); i++)
        {
            var taint = taints![i];
            errors.Invalid(path[i]["key"], taint.Key, LabelSyntax.KeyErrors(taint.Key));
            if (LabelSyntax.ValueErrors(taint.Value) is { Count: > 0 } problems) errors.Invalid(path[i]["value"], taint.Value, string.Join(";", problems));
            TolerationValidation.Effect(taint.Effect, path[i]["effect"], errors);
            if (!seen.Add((taint.Key, taint.Effect))) errors.Duplicate(path[i], new GoStructure(taint), "taints must be unique by key and effect pair");
        }
    }
}
