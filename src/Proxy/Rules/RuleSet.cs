namespace Tiphys.Proxy;

/// <summary>What the proxy's table shall hold: chains of rules, maps and sets with their elements. Plain text, as nft reads it.</summary>
internal sealed class RuleSet
{
    /// <summary>Name of the table, as upstream's nftables mode has it.</summary>
    public const string Table = "ip kube-proxy";

    /// <summary>Chains by name; the value is the hook line (or empty) and the rules.</summary>
    public SortedDictionary<string, Chain> Chains { get; } = new(StringComparer.Ordinal);

    /// <summary>Maps and sets by name.</summary>
    public SortedDictionary<string, Elements> Collections { get; } = new(StringComparer.Ordinal);
}

/// <summary>A chain.</summary>
/// <param name="Hook">Its hook, or empty for a chain that others jump to.</param>
/// <param name="Rules">Its rules.</param>
internal sealed record Chain(string Hook, IReadOnlyList<string> Rules)
{
    public bool Same(Chain other) => Hook == other.Hook && Rules.SequenceEqual(other.Rules, StringComparer.Ordinal);
}

/// <summary>A map or set.</summary>
/// <param name="Kind"><c>map</c> or <c>set</c>.</param>
/// <param name="Type">Its declaration, for example <c>type ipv4_addr . inet_proto . inet_service : verdict;</c>.</param>
/// <param name="Items">Its elements: key to value (empty in sets). Null when the kernel fills it.</param>
internal sealed record Elements(string Kind, string Type, SortedDictionary<string, string>? Items);
