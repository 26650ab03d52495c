using Tiphys.Api.Scheduling.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of priority classes: their value never changes, and the highest are the system's.</summary>
internal static class PriorityClassValidation
{
    private const string SystemPrefix = "system-";
    private const int HighestOfUsers = 1_000_000_000;
    private static readonly string[] s_policies = ["PreemptLowerPriority", "Never"];
    private static readonly PriorityClass[] s_system =
    [
        new() { Metadata = new() { Name = "system-node-critical" }, Value = 2_000_001_000 },
        new() { Metadata = new() { Name = "system-cluster-critical" }, Value = 2_000_000_000 },
    ];

    public static KindRules<PriorityClass> Rules { get; } = new(static (item, errors) =>
    {
        var name = item.Metadata.Name;
        if (name.StartsWith(SystemPrefix, StringComparison.Ordinal))
        {
            if (SystemError(item) is { } error) errors.Forbidden(FieldPath.Of("metadata")["name"], $"priority class names with '{SystemPrefix}' prefix are reserved for system use only. error: {error}");
        }
        else if (item.Value > HighestOfUsers) errors.Forbidden(FieldPath.Of("value"), $"maximum allowed value of a user defined priority is {HighestOfUsers}");
        if (item.PreemptionPolicy is { } policy) FieldRules.OneOf(policy, s_policies, FieldPath.Of("preemptionPolicy"), errors);
    })
    {
        Wanted = static _ => s_system[0], // made once, and the same ever after
        ValidateChange = static (item, old, errors) =>
        {
            if (item.Value != old.Value) errors.Forbidden(FieldPath.Of("value"), "may not be changed in an update.");
            FieldRules.Unchanged(item.PreemptionPolicy, old.PreemptionPolicy, FieldPath.Of("preemptionPolicy"), errors);
        },
    };

    private static string? SystemError(PriorityClass item)
    {
        if (Array.Find(s_system, s => s.Metadata.Name == item.Metadata.Name) is not { } known) return $"{item.Metadata.Name} is not a known system priority class";
        if (item.Value != known.Value) return $"value of {known.Metadata.Name} PriorityClass must be {known.Value}";
        return item.GlobalDefault ? $"globalDefault of {known.Metadata.Name} PriorityClass must be false" : null;
    }
}
