using System.Text;

namespace Tiphys.Proxy;

/// <summary>
/// Writes the nft script that takes the kernel from one rule set to another. nft applies a script whole or not at all, so no
/// packet ever meets half a change; and only what differs is touched, so that counters and affinity survive.
/// </summary>
internal static class Transaction
{
    /// <summary>A script that sets up everything anew.</summary>
    public static string Whole(RuleSet wanted)
    {
        var script = new StringBuilder();
        script.Append("add table ").AppendLine(RuleSet.Table).Append("delete table ").AppendLine(RuleSet.Table).Append("add table ").AppendLine(RuleSet.Table);
        Change(script, new RuleSet(), wanted);
        return script.ToString();
    }

    /// <summary>A script for the difference; empty when there is none.</summary>
    public static string Difference(RuleSet now, RuleSet wanted)
    {
        var script = new StringBuilder();
        Change(script, now, wanted);
        return script.ToString();
    }

    private static void Change(StringBuilder script, RuleSet now, RuleSet wanted)
    {
        // What is referred to must be there first: chains by maps, maps and sets by rules.
        foreach (var (name, chain) in wanted.Chains)
            if (!now.Chains.ContainsKey(name)) Line(script, $"add chain {RuleSet.Table} {name}{(chain.Hook.Length > 0 ? $" {{ {chain.Hook} }}" : "")}");
        foreach (var (name, collection) in wanted.Collections)
            if (!now.Collections.ContainsKey(name)) Line(script, $"add {collection.Kind} {RuleSet.Table} {name} {{ {collection.Type} }}");
        foreach (var (name, collection) in wanted.Collections) ChangeElements(script, name, now.Collections.GetValueOrDefault(name)?.Items, collection.Items);
        foreach (var (name, chain) in wanted.Chains)
        {
            var before = now.Chains.GetValueOrDefault(name);
            if (before is not null && before.Same(chain)) continue;
            if (before is not null) Line(script, $"flush chain {RuleSet.Table} {name}");
            foreach (var rule in chain.Rules) Line(script, $"add rule {RuleSet.Table} {name} {rule}");
        }

        // And what goes must no longer be referred to: rules first, then the chains and sets themselves.
        var gone = now.Chains.Keys.Where(n => !wanted.Chains.ContainsKey(n)).ToList();
        foreach (var name in gone) Line(script, $"flush chain {RuleSet.Table} {name}");
        foreach (var name in gone) Line(script, $"delete chain {RuleSet.Table} {name}");
        foreach (var (name, collection) in now.Collections)
            if (!wanted.Collections.ContainsKey(name)) Line(script, $"delete {collection.Kind} {RuleSet.Table} {name}");
    }

    private static void ChangeElements(StringBuilder script, string name, SortedDictionary<string, string>? now, SortedDictionary<string, string>? wanted)
    {
        if (wanted is null) return;
        var removed = (now ?? []).Where(e => !wanted.TryGetValue(e.Key, out var value) || value != e.Value).Select(static e => Element(e.Key, e.Value)).ToList();
        var added = wanted.Where(e => now is null || !now.TryGetValue(e.Key, out var value) || value != e.Value).Select(static e => Element(e.Key, e.Value)).ToList();
        if (removed.Count > 0) Line(script, $"delete element {RuleSet.Table} {name} {{ {string.Join(", ", removed)} }}");
        if (added.Count > 0) Line(script, $"add element {RuleSet.Table} {name} {{ {string.Join(", ", added)} }}");
    }

    private static string Element(string key, string value) => value.Length == 0 ? key : $"{key} : {value}";

    private static void Line(StringBuilder script, string line) => script.Append(line).Append('\n');
}
