using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Kubectl.Describe;

/// <summary>Namespaces, with their quotas and limits.</summary>
internal sealed class NamespaceDescriber : Describer<Namespace>
{
    protected override bool HasEvents => false;

    protected override async Task WriteAsync(Namespace item, DescriptionWriter writer, DescribeSession session, CancellationToken cancel)
    {
        var quotas = await FindAsync<ResourceQuota>(item.Metadata.Name, session, cancel);
        var limits = await FindAsync<LimitRange>(item.Metadata.Name, session, cancel);
        writer.Header(item.Metadata, namespaced: false);
        writer.Field("Status", item.Status.Phase);
        if (item.Status.Conditions is { Count: > 0 } conditions)
        {
            writer.Write(0, "Conditions:\n");
            writer.Headings(1, "Type", "Status", "LastTransitionTime", "Reason", "Message");
            foreach (var c in conditions) writer.Row(1, c.Type, c.Status, Texts.Time(c.LastTransitionTime), c.Reason, c.Message);
        }

        if (quotas is not null) Quotas(quotas, writer);
        if (limits is not null) Limits(limits, writer);
    }

    private static async Task<List<T>?> FindAsync<T>(string ns, DescribeSession session, CancellationToken cancel) where T : class, IKubernetesObject<T>
    {
        try
        {
            return await session.ListAsync<T>(ns, "", "", cancel);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null; // a server without such a thing
        }
    }

    private static void Quotas(List<ResourceQuota> quotas, DescriptionWriter writer)
    {
        writer.Write(0, "\n");
        writer.Write(0, quotas.Count == 0 ? "No resource quota.\n" : "Resource Quotas\n");
        foreach (var quota in quotas.OrderBy(static q => q.Metadata.Name, StringComparer.Ordinal))
        {
            writer.Field("Name", quota.Metadata.Name, 1);
            ResourceQuotaDescriber.Scopes(quota, writer, 1, "* ");
            writer.Write(1, "Resource\tUsed\tHard\n");
            writer.Write(1, "--------\t---\t---\n");
            foreach (var (name, hard) in DescriptionWriter.Sorted(quota.Status.Hard)) writer.Row(1, name, quota.Status.Used?.GetValueOrDefault(name) ?? Quantity.Zero, hard);
        }
    }

    private static void Limits(List<LimitRange> limits, DescriptionWriter writer)
    {
        writer.Write(0, "\n");
        if (limits.Count == 0)
        {
            writer.Write(0, "No LimitRange resource.\n");
            return;
        }

        writer.Write(0, "Resource Limits\n Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio\n");
        writer.Write(0, " ----\t--------\t---\t---\t---------------\t-------------\t-----------------------\n");
        foreach (var limit in limits) LimitRangeDescriber.Items(limit, writer, " ");
    }
}

/// <summary>Limit ranges.</summary>
internal sealed class LimitRangeDescriber : Describer<LimitRange>
{
    protected override bool HasEvents => false;

    protected override void Write(LimitRange item, DescriptionWriter writer)
    {
        writer.Field("Name", item.Metadata.Name);
        writer.Field("Namespace", item.Metadata.Namespace);
        writer.Headings(0, "Type", "Resource", "Min", "Max", "Default Request", "Default Limit", "Max Limit/Request Ratio");
        Items(item, writer, "");
    }

    /// <summary>The limits, a line for each type and resource. Upstream's order is that of a Go map; ours is by name.</summary>
    public static void Items(LimitRange item, DescriptionWriter writer, string prefix)
    {
        foreach (var limit in item.Spec.Limits)
        {
            Dictionary<string, Quantity>?[] all = [limit.Min, limit.Max, limit.DefaultRequest, limit.Default, limit.MaxLimitRequestRatio];
            foreach (var name in all.SelectMany(static m => m?.Keys ?? Enumerable.Empty<string>()).Distinct().Order(StringComparer.Ordinal))
                writer.Write(0, prefix + string.Join('\t', [limit.Type, name, .. all.Select(m => m?.TryGetValue(name, out var amount) == true ? amount.ToString() : "-")]) + "\n");
        }
    }
}

/// <summary>Resource quotas.</summary>
internal sealed class ResourceQuotaDescriber : Describer<ResourceQuota>
{
    protected override bool HasEvents => false;

    protected override void Write(ResourceQuota item, DescriptionWriter writer)
    {
        writer.Field("Name", item.Metadata.Name);
        writer.Field("Namespace", item.Metadata.Namespace);
        Scopes(item, writer, 0, " * ");
        writer.Headings(0, "Resource", "Used", "Hard");
        foreach (var (name, hard) in DescriptionWriter.Sorted(item.Status.Hard)) writer.Row(0, name, item.Status.Used?.GetValueOrDefault(name) ?? Quantity.Zero, hard);
    }

    /// <summary>What the quota is restricted to.</summary>
    public static void Scopes(ResourceQuota item, DescriptionWriter writer, int level, string bullet)
    {
        if (item.Spec.Scopes is not { Count: > 0 } scopes) return;
        var sorted = scopes.Order(StringComparer.Ordinal).ToList();
        writer.Field("Scopes", string.Join(", ", sorted), level);
        foreach (var help in sorted.Select(Help).OfType<string>()) writer.Write(level, $"{bullet}{help}\n");
    }

    private static string? Help(string scope) => scope switch
    {
        "Terminating" => "Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.",
        "NotTerminating" => "Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.",
        "BestEffort" => "Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.",
        "NotBestEffort" => "Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.",
        _ => null,
    };
}
