using System.Globalization;
using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>Applies a namespace's limit ranges: defaults for containers that ask for nothing, bounds for what is asked for.</summary>
/// <param name="resources">Where limit ranges are.</param>
public sealed class LimitRanger(ApiResources resources) : IAdmissionPlugin
{
    private const string Annotation = "kubernetes.io/limit-ranger";
    private const string ContainerType = "Container";
    private const string PodType = "Pod";
    private const string ClaimType = "PersistentVolumeClaim";

    /// <inheritdoc/>
    public string Name => "LimitRanger";

    /// <inheritdoc/>
    public ValueTask MutateAsync(AdmissionAttributes write, CancellationToken cancel)
    {
        if (!Concerns(write) || write.Object is not Pod pod) return ValueTask.CompletedTask;
        foreach (var range in Ranges(write.Namespace)) SetDefaults(pod, range);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask ValidateAsync(AdmissionAttributes write, CancellationToken cancel)
    {
        if (!Concerns(write)) return ValueTask.CompletedTask;
        foreach (var range in Ranges(write.Namespace))
        {
            var errors = new List<string>();
            foreach (var limit in range.Spec.Limits)
            {
                if (write.Object is Pod pod) Check(pod, limit, errors);
                else if (write.Object is PersistentVolumeClaim claim && limit.Type == ClaimType) CheckClaim(claim, limit, errors);
            }

            if (errors.Count > 0) throw Refusal.Of(write, Aggregate.Text(errors));
        }

        return ValueTask.CompletedTask;
    }

    private static bool Concerns(AdmissionAttributes write)
    {
        if (write.OldObject is IKubernetesObject { Metadata.DeletionTimestamp: not null }) return false;
        return (write.Operation, write.Subresource, write.Object) switch
        {
            (AdmissionOperation.Update, "resize", Pod) => true,
            (AdmissionOperation.Create, "", Pod) => true,
            (AdmissionOperation.Create or AdmissionOperation.Update, "", PersistentVolumeClaim) => true,
            _ => false,
        };
    }

    private List<LimitRange> Ranges(string ns) => [.. resources.Cached<LimitRange>(ns)];

    private static void SetDefaults(Pod pod, LimitRange range)
    {
        var requests = new Dictionary<string, Quantity>();
        var limits = new Dictionary<string, Quantity>();
        foreach (var limit in range.Spec.Limits.Where(static l => l.Type == ContainerType))
        {
            foreach (var (name, value) in limit.DefaultRequest ?? []) requests[name] = value;
            foreach (var (name, value) in limit.Default ?? []) limits[name] = value;
        }

        if (requests.Count + limits.Count == 0) return;
        var notes = new List<string>();
        foreach (var container in pod.Spec.Containers) SetDefaults(container, requests, limits, "container", notes);
        foreach (var container in pod.Spec.InitContainers ?? []) SetDefaults(container, requests, limits, "init container", notes);
        if (notes.Count > 0) (pod.Metadata.Annotations ??= [])[Annotation] = "LimitRanger plugin set: " + string.Join("; ", notes);
    }

    private static void SetDefaults(Container container, Dictionary<string, Quantity> requests, Dictionary<string, Quantity> limits, string what, List<string> notes)
    {
        Set(requests, container.Resources.Requests ??= [], "request");
        Set(limits, container.Resources.Limits ??= [], "limit");

        void Set(Dictionary<string, Quantity> defaults, Dictionary<string, Quantity> into, string kind)
        {
            var set = defaults.Where(d => into.TryAdd(d.Key, d.Value)).Select(static d => d.Key).Order(StringComparer.Ordinal).ToList();
            if (set.Count > 0) notes.Add($"{string.Join(", ", set)} {kind} for {what} {container.Name}");
        }
    }

    private static void Check(Pod pod, LimitRangeItem limit, List<string> errors)
    {
        if (limit.Type == ContainerType)
        {
            foreach (var container in pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []))
                Check(limit, container.Resources.Requests ?? [], container.Resources.Limits ?? [], errors);
        }
        else if (limit.Type == PodType)
        {
            var options = new PodResourceOptions { ExcludeOverhead = true };
            Check(limit, PodResources.Requests(pod, options), PodResources.Limits(pod, options), errors);
        }
    }

    private static void Check(LimitRangeItem limit, Dictionary<string, Quantity> requests, Dictionary<string, Quantity> limits, List<string> errors)
    {
        foreach (var (name, bound) in limit.Min ?? []) AtLeast(limit.Type, name, bound, Get(requests, name), Get(limits, name), errors);
        foreach (var (name, bound) in limit.Max ?? []) AtMost(limit.Type, name, bound, Get(requests, name), Get(limits, name), errors);
        foreach (var (name, bound) in limit.MaxLimitRequestRatio ?? []) Ratio(limit.Type, name, bound, Get(requests, name), Get(limits, name), errors);
    }

    private static void CheckClaim(PersistentVolumeClaim claim, LimitRangeItem limit, List<string> errors)
    {
        var requests = claim.Spec.Resources.Requests ?? [];
        foreach (var (name, bound) in limit.Min ?? []) AtLeast(limit.Type, name, bound, Get(requests, name), null, errors);
        foreach (var (name, bound) in limit.Max ?? [])
        {
            if (Get(requests, name) is not { } asked) errors.Add($"maximum {name} usage per {limit.Type} is {bound}.  No request is specified");
            else if (asked > bound) errors.Add($"maximum {name} usage per {limit.Type} is {bound}, but request is {asked}");
        }
    }

    private static void AtLeast(string type, string name, Quantity bound, Quantity? request, Quantity? limit, List<string> errors)
    {
        var start = $"minimum {name} usage per {type} is {bound}";
        if (request is null) errors.Add($"{start}.  No request is specified");
        else if (request < bound) errors.Add($"{start}, but request is {request}");
        else if (limit < bound) errors.Add($"{start}, but limit is {limit}");
    }

    private static void AtMost(string type, string name, Quantity bound, Quantity? request, Quantity? limit, List<string> errors)
    {
        var start = $"maximum {name} usage per {type} is {bound}";
        if (limit is null) errors.Add($"{start}.  No limit is specified");
        else if (limit > bound) errors.Add($"{start}, but limit is {limit}");
        else if (request > bound) errors.Add($"{start}, but request is {request}");
    }

    private static void Ratio(string type, string name, Quantity bound, Quantity? request, Quantity? limit, List<string> errors)
    {
        var start = $"{name} max limit to request ratio per {type} is {bound}";
        if (request is not { IsZero: false } asked)
        {
            errors.Add($"{start}, but no request is specified or request is 0");
            return;
        }

        if (limit is not { IsZero: false } most)
        {
            errors.Add($"{start}, but no limit is specified or limit is 0");
            return;
        }

        var ratio = most.Amount / asked.Amount;
        if (ratio > bound.Amount) errors.Add(string.Create(CultureInfo.InvariantCulture, $"{start}, but provided ratio is {ratio:F6}"));
    }

    private static Quantity? Get(Dictionary<string, Quantity> map, string name) => map.TryGetValue(name, out var value) ? value : null;
}
