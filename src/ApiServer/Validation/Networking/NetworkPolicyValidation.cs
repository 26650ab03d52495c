using Tiphys.Api.Networking.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of network policies.</summary>
internal static class NetworkPolicyValidation
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");
    private static readonly string[] s_protocols = ["TCP", "UDP", "SCTP"];
    private static readonly string[] s_types = ["Ingress", "Egress"];

    public static KindRules<NetworkPolicy> Rules { get; } = new(static (item, errors) => Validate(item.Spec, errors)) { Wanted = static p => p.Spec };

    private static void Validate(NetworkPolicySpec spec, FieldErrors errors)
    {
        SelectorValidation.Validate(spec.PodSelector, Spec["podSelector"], errors);
        for (var i = 0; i < (spec.Ingress?.Count ?? 0); i++)
        {
            Ports(spec.Ingress![i].Ports, Spec["ingress"][i]["ports"], errors);
            Peers(spec.Ingress[i].From, Spec["ingress"][i]["from"], errors);
        }

        for (var i = 0; i < (spec.Egress?.Count ?? 0); i++)
        {
            Ports(spec.Egress![i].Ports, Spec["egress"][i]["ports"], errors);
            Peers(spec.Egress[i].To, Spec["egress"][i]["to"], errors);
        }

        if (spec.PolicyTypes?.Count > s_types.Length)
        {
            errors.Invalid(Spec["policyTypes"], spec.PolicyTypes, "may not specify more than two policyTypes");
            return;
        }

        for (var i = 0; i < (spec.PolicyTypes?.Count ?? 0); i++) FieldRules.Supported(spec.PolicyTypes![i], s_types, Spec["policyTypes"][i], errors);
    }

    private static void Ports(List<NetworkPolicyPort>? ports, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < (ports?.Count ?? 0); i++)
        {
            var port = ports![i];
            var at = path[i];
            FieldRules.Supported(port.Protocol, s_protocols, at["protocol"], errors);
            if (port is { Port: null, EndPort: { } alone }) errors.Invalid(at["endPort"], alone, "may not be specified when `port` is not specified");
            if (port is { Port.IsString: true, EndPort: { } useless }) errors.Invalid(at["endPort"], useless, "may not be specified when `port` is non-numeric");
            if (port.Port is not { } first) continue;
            PortRules.Target(first, at["port"], errors);
            if (first.IsString || port.EndPort is not { } end) continue;
            if (end < first.IntValue) errors.Invalid(at["endPort"], first.IntValue, "must be greater than or equal to `port`");
            PortRules.Number(end, at["endPort"], errors);
        }
    }

    private static void Peers(List<NetworkPolicyPeer>? peers, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < (peers?.Count ?? 0); i++)
        {
            var peer = peers![i];
            SelectorValidation.Validate(peer.PodSelector, path[i]["podSelector"], errors);
            SelectorValidation.Validate(peer.NamespaceSelector, path[i]["namespaceSelector"], errors);
            if (peer.IPBlock is { } block) Block(block, path[i]["ipBlock"], errors);
            if (peer is { PodSelector: null, NamespaceSelector: null, IPBlock: null }) errors.Required(path[i], "must specify a peer");
            else if (peer.IPBlock is not null && (peer.PodSelector is not null || peer.NamespaceSelector is not null)) errors.Forbidden(path[i], "may not specify both ipBlock and another peer");
        }
    }

    private static void Block(IPBlock block, FieldPath path, FieldErrors errors)
    {
        if (block.Cidr.Length == 0)
        {
            errors.Required(path["cidr"]);
            return;
        }

        AddressRules.LooseNetwork(block.Cidr, path["cidr"], errors);
        if (AddressRules.TryNetwork(block.Cidr) is not { } outer) return;
        for (var i = 0; i < (block.Except?.Count ?? 0); i++)
        {
            var text = block.Except![i];
            AddressRules.LooseNetwork(text, path["except"][i], errors);
            if (AddressRules.TryNetwork(text) is { } inner && (outer.PrefixLength >= inner.PrefixLength || !outer.Contains(inner.BaseAddress)))
                errors.Invalid(path["except"][i], text, "must be a strict subset of `cidr`");
        }
    }
}
