using Tiphys.Api;
using Tiphys.Api.Discovery.V1;

namespace Tiphys.Controllers;

/// <summary>Endpoints that share their ports.</summary>
/// <param name="Ports">The ports.</param>
/// <param name="Endpoints">The endpoints.</param>
internal sealed record EndpointGroup(List<EndpointPort> Ports, List<Endpoint> Endpoints);

/// <summary>
/// What has to be written so that slices hold wanted endpoints, changing as few slices as possible: each change of a slice is
/// sent to every node.
/// </summary>
internal sealed class SlicePlan
{
    /// <summary>Slices to create.</summary>
    public List<EndpointSlice> Create { get; } = [];

    /// <summary>Slices to update.</summary>
    public List<EndpointSlice> Update { get; } = [];

    /// <summary>Slices to delete.</summary>
    public List<EndpointSlice> Delete { get; } = [];

    /// <summary>Makes the plan for one address type.</summary>
    /// <param name="existing">Slices there are.</param>
    /// <param name="groups">What they should hold.</param>
    /// <param name="most">Most endpoints a slice may hold.</param>
    /// <param name="blank">Makes an empty slice with its labels and owner.</param>
    public static SlicePlan Of(IReadOnlyList<EndpointSlice> existing, IEnumerable<EndpointGroup> groups, int most, Func<EndpointSlice> blank)
    {
        var plan = new SlicePlan();
        var byPorts = existing.GroupBy(static s => Key(s.Ports)).ToDictionary(static g => g.Key, static g => g.ToList());
        foreach (var group in groups)
        {
            byPorts.Remove(Key(group.Ports), out var slices);
            plan.Arrange(slices ?? [], group, most, blank);
        }

        foreach (var slices in byPorts.Values) plan.Delete.AddRange(slices);
        if (plan.Delete.Count == existing.Count && plan.Create.Count == 0 && plan.Update.Count == 0) plan.KeepPlaceholder(blank);
        return plan;
    }

    private void Arrange(List<EndpointSlice> slices, EndpointGroup group, int most, Func<EndpointSlice> blank)
    {
        var wanted = group.Endpoints.GroupBy(Identity).ToDictionary(static g => g.Key, static g => g.First());
        var unchanged = new List<EndpointSlice>();
        var changed = new List<EndpointSlice>();
        var model = blank();
        foreach (var slice in slices)
        {
            var kept = new List<Endpoint>();
            var differs = !Pods.SameLabels(slice.Metadata.Labels, model.Metadata.Labels);
            foreach (var endpoint in slice.Endpoints)
            {
                if (!wanted.Remove(Identity(endpoint), out var want))
                {
                    differs = true;
                    continue;
                }

                differs |= !ApiJson.Same(want, endpoint);
                kept.Add(want);
            }

            if (!differs)
            {
                unchanged.Add(slice);
                continue;
            }

            var copy = slice.DeepCopy();
            copy.Endpoints = kept;
            copy.Metadata.Labels = model.Metadata.Labels;
            changed.Add(copy);
        }

        var rest = new Queue<Endpoint>(wanted.Values);
        foreach (var slice in changed.OrderByDescending(static s => s.Endpoints.Count)) Fill(slice, rest, most);
        if (rest.Count > 0 && rest.Count < most)
        {
            // One slice more is sent anyway; rather a fuller one than a new one.
            var roomy = unchanged.Where(s => s.Endpoints.Count + rest.Count <= most).MaxBy(static s => s.Endpoints.Count);
            if (roomy is not null)
            {
                var copy = roomy.DeepCopy();
                Fill(copy, rest, most);
                changed.Add(copy);
            }
        }

        while (rest.Count > 0)
        {
            var slice = blank();
            slice.Ports = group.Ports;
            Fill(slice, rest, most);
            Create.Add(slice);
        }

        foreach (var slice in changed) (slice.Endpoints.Count == 0 ? Delete : Update).Add(slice);
    }

    /// <summary>A service without endpoints has one empty slice, so that it can be told from one that nobody looked at.</summary>
    private void KeepPlaceholder(Func<EndpointSlice> blank)
    {
        var placeholder = blank();
        if (Delete.Find(s => s.Endpoints.Count == 0 && s.Ports.Count == 0 && Pods.SameLabels(s.Metadata.Labels, placeholder.Metadata.Labels)) is { } there) Delete.Remove(there);
        else Create.Add(placeholder);
    }

    private static void Fill(EndpointSlice slice, Queue<Endpoint> rest, int most)
    {
        while (slice.Endpoints.Count < most && rest.TryDequeue(out var endpoint)) slice.Endpoints.Add(endpoint);
    }

    private static string Key(List<EndpointPort> ports) =>
        string.Join('\n', ports.Select(static p => $"{p.Name}/{p.Protocol}/{p.Port}/{p.AppProtocol}").Order(StringComparer.Ordinal));

    private static string Identity(Endpoint endpoint) => $"{endpoint.TargetRef?.Uid}/{string.Join(',', endpoint.Addresses)}/{endpoint.Hostname}";
}
