using Tiphys.Kubectl.Access;

namespace Tiphys.Kubectl.CommandLine;

/// <summary>What a command works with.</summary>
/// <param name="Streams">Its input and outputs.</param>
/// <param name="Cluster">The API server that the global flags and the kubeconfig name; nothing happens before it is used.</param>
/// <param name="Time">The clock.</param>
internal sealed record CommandContext(KubectlStreams Streams, Cluster Cluster, TimeProvider Time)
{
    public TextWriter Out => Streams.Out;

    public TextWriter Error => Streams.Error;
}
