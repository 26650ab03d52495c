using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of resource names and amounts.</summary>
internal static class ResourceValidation
{
    private const string NotInteger = "must be an integer";
    private static readonly string[] s_podLevel = ["cpu", "hugepages-", "memory"];

    /// <summary>What a container asks for and may use at most.</summary>
    public static void Container(ResourceRequirements resources, HashSet<string> claims, FieldPath path, FieldErrors errors)
    {
        Requirements(resources, ContainerName, path, errors);
        Claims(resources.Claims, claims, path["claims"], errors);
    }

    /// <summary>What a pod as a whole asks for and may use at most.</summary>
    public static void Pod(ResourceRequirements resources, FieldPath path, FieldErrors errors)
    {
        if (resources.Claims is not null) errors.Forbidden(path["claims"], "claims may not be set for Resources at pod-level");
        Requirements(resources, PodName, path, errors);
    }

    /// <summary>Amounts of resources by name, such as a pod's overhead.</summary>
    public static void List(Dictionary<string, Quantity>? list, FieldPath path, FieldErrors errors)
    {
        foreach (var (name, amount) in list ?? [])
        {
            ContainerName(name, path.Key(name), errors);
            Amount(name, amount, path.Key(name), errors);
        }
    }

    /// <summary>An amount: never negative, and whole where a resource cannot be divided.</summary>
    public static void Amount(string name, Quantity amount, FieldPath path, FieldErrors errors)
    {
        NotNegative(amount, path, errors);
        if (IsInteger(name) && amount.Amount != decimal.Truncate(amount.Amount)) errors.Invalid(path, amount, NotInteger);
    }

    public static void NotNegative(Quantity amount, FieldPath path, FieldErrors errors)
    {
        if (amount.Amount < 0) errors.Invalid(path, amount, FieldRules.NotNegativeRule);
    }

    /// <summary>A resource's name: one of Kubernetes' own, or with a domain. Tells whether it is one.</summary>
    public static bool Name(string name, FieldPath path, FieldErrors errors)
    {
        var problems = LabelSyntax.KeyErrors(name);
        errors.Invalid(path, name, problems);
        if (problems.Count > 0) return false;
        if (name.Contains('/', StringComparison.Ordinal) || WellKnownResources.IsStandard(name)) return true;
        errors.Invalid(path, name, "must be a standard resource type or fully qualified");
        return false;
    }

    /// <summary>A resource that containers can have.</summary>
    public static void ContainerName(string name, FieldPath path, FieldErrors errors)
    {
        Name(name, path, errors);
        if (!name.Contains('/', StringComparison.Ordinal))
        {
            if (!WellKnownResources.IsContainer(name)) errors.Invalid(path, name, "must be a standard resource for containers");
        }
        else if (!ResourceNames.IsNative(name) && !IsExtended(name)) errors.Invalid(path, name, "doesn't follow extended resource name standard");
    }

    private static void PodName(string name, FieldPath path, FieldErrors errors)
    {
        if (Name(name, path, errors) && !ResourceNames.IsPodLevel(name)) errors.NotSupported(path, name, s_podLevel);
    }

    private static bool IsExtended(string name) => ResourceNames.IsExtended(name) && LabelSyntax.KeyErrors("requests." + name).Count == 0;

    private static bool IsInteger(string name) => WellKnownResources.IsCount(name) || (name.Contains('/', StringComparison.Ordinal) && ResourceNames.IsExtended(name));

    private static void Requirements(ResourceRequirements resources, Action<string, FieldPath, FieldErrors> checkName, FieldPath path, FieldErrors errors)
    {
        foreach (var (name, amount) in resources.Limits ?? [])
        {
            checkName(name, path["limits"].Key(name), errors);
            Amount(name, amount, path["limits"].Key(name), errors);
            HugePages(name, amount, path["limits"].Key(name), errors);
        }

        foreach (var (name, amount) in resources.Requests ?? [])
        {
            checkName(name, path["requests"].Key(name), errors);
            Amount(name, amount, path["requests"].Key(name), errors);
            Limited(name, amount, resources, path, errors);
            HugePages(name, amount, path["requests"].Key(name), errors);
        }

        IEnumerable<string> names = (resources.Limits ?? []).Keys.Concat((resources.Requests ?? []).Keys);
        if (names.Any(ResourceNames.IsHugePages) && !names.Any(static n => n is ResourceName.Cpu or ResourceName.Memory)) errors.Forbidden(path, "HugePages require cpu or memory");
    }

    private static void Limited(string name, Quantity amount, ResourceRequirements resources, FieldPath path, FieldErrors errors)
    {
        var shared = ResourceNames.IsOvercommitAllowed(name);
        if (resources.Limits?.TryGetValue(name, out var limit) == true)
        {
            if (!shared && amount != limit) errors.Invalid(path["requests"], amount, $"must be equal to {name} limit of {limit}");
            else if (amount > limit) errors.Invalid(path["requests"], amount, $"must be less than or equal to {name} limit of {limit}");
        }
        else if (!shared) errors.Required(path["limits"], "Limit must be set for non overcommitable resources");
    }

    private static void HugePages(string name, Quantity amount, FieldPath path, FieldErrors errors)
    {
        if (!ResourceNames.IsHugePages(name) || !Quantity.TryParse(name[ResourcePrefix.HugePages.Length..], out var size) || size.Amount <= 0) return;
        if (amount.Amount % size.Amount != 0) errors.Invalid(path, amount, $"{amount} is not positive integer multiple of {name}");
    }

    private static void Claims(List<ResourceClaim>? claims, HashSet<string> known, FieldPath path, FieldErrors errors)
    {
        var seen = new HashSet<(string, string)>();
        for (var i = 0; i < (claims?.Count ?? 0); i++)
        {
            var (name, request) = (claims![i].Name, claims[i].Request);
            if (name.Length == 0) errors.Required(path[i]);
            else if (!seen.Add((name, request))) errors.Duplicate(path[i], request.Length == 0 ? name : $"{name}/{request}");
            if (name.Length > 0 && !known.Contains(name)) errors.NotFound(path[i], name);
        }
    }
}

/// <summary>The resources Kubernetes itself knows.</summary>
internal static class WellKnownResources
{
    private static readonly string[] s_container = ["cpu", "memory", "ephemeral-storage"];

    private static readonly string[] s_counts =
        ["pods", "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps", "persistentvolumeclaims", "services.nodeports", "services.loadbalancers"];

    private static readonly string[] s_quota =
    [
        "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.storage", "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage",
        "pods", "services", "replicationcontrollers", "resourcequotas", "secrets", "persistentvolumeclaims", "configmaps", "services.nodeports", "services.loadbalancers",
    ];

    /// <summary>A name that needs no domain.</summary>
    public static bool IsStandard(string name) =>
        s_quota.Contains(name) || name == "storage" || ResourceNames.IsHugePages(name) || name.StartsWith("requests.hugepages-", StringComparison.Ordinal);

    /// <summary>A resource containers can have.</summary>
    public static bool IsContainer(string name) => s_container.Contains(name) || ResourceNames.IsHugePages(name);

    /// <summary>A resource quotas can limit.</summary>
    public static bool IsQuota(string name) => s_quota.Contains(name) || ResourceNames.IsHugePages(name) || name.StartsWith("requests.hugepages-", StringComparison.Ordinal);

    /// <summary>A resource of which there are only whole ones.</summary>
    public static bool IsCount(string name) => s_counts.Contains(name);
}
