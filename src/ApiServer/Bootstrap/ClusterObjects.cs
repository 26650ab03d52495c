using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>The namespaces a cluster cannot be without.</summary>
/// <param name="resources">Where they go.</param>
internal sealed class ClusterObjects(ApiResources resources)
{
    private static readonly string[] s_namespaces = [WellKnownNamespaces.Default, WellKnownNamespaces.System, WellKnownNamespaces.Public, WellKnownNamespaces.NodeLease];

    /// <summary>Makes what is missing.</summary>
    public Task EnsureAsync(CancellationToken cancel) => Task.WhenAll(s_namespaces.Select(name => EnsureAsync(name, cancel)));

    private async Task EnsureAsync(string name, CancellationToken cancel)
    {
        var namespaces = resources.Of<Namespace>();
        if (await namespaces.FindAsync("", name, cancel) is not null) return;
        try
        {
            var fresh = new Namespace { Metadata = new() { Name = name } };
            fresh.ApplyDefaults();
            await namespaces.CreateAsync(fresh, WriteContext.OfServer("", cancel));
        }
        catch (StatusException e) when (e.IsAlreadyExists)
        {
            // Another server was quicker.
        }
    }
}
