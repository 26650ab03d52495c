using Tiphys.Api.Core.V1;
using Tiphys.Client;
using Tiphys.Server;

namespace Tiphys.Joining;

/// <summary>
/// Tells one cluster from another by the identity of its namespace kube-system, as is the custom. A server that joined must find the
/// same in its store: on another etcd it would begin a second cluster under the first one's authorities.
/// </summary>
internal static class ClusterIdentity
{
    /// <summary>The identity of a cluster.</summary>
    public static async Task<string> OfAsync(KubernetesClient client, CancellationToken cancel) => (await client.Resource<Namespace>().GetAsync(null, "kube-system", cancel)).Metadata.Uid;

    /// <summary>Checks that a server's store is that of the cluster it joined.</summary>
    /// <param name="options">What the server runs with.</param>
    /// <param name="client">The server.</param>
    /// <param name="cancel">Ends the check.</param>
    /// <exception cref="StartException">It is another's.</exception>
    public static async Task CheckAsync(ServerOptions options, KubernetesClient client, CancellationToken cancel)
    {
        if (options.ClusterId is not { } wanted || await OfAsync(client, cancel) == wanted) return;
        throw new StartException($"the etcd at {string.Join(", ", options.Etcd!.Servers)} holds another cluster than the one this server joined: check --etcd-servers.");
    }
}
