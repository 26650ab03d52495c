using Microsoft.Extensions.Logging;
using Tiphys.Api.Coordination.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Kubelet.Nodes;

/// <summary>The node's heartbeat: a lease, renewed four times in its duration.</summary>
internal sealed partial class NodeLease(KubeletOptions options, KubernetesClient client, Func<Node?> node, TimeProvider time, ILogger<NodeLease> logger)
{
    private Lease? _lease;

    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await RenewAsync(cancel).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                _lease = null;
                LogRenewFailed(logger, e.Message);
            }
            await Task.Delay(options.NodeLeaseDuration / 4, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    internal async Task RenewAsync(CancellationToken cancel)
    {
        var leases = client.Resource<Lease>();
        var lease = _lease ?? await leases.FindAsync(WellKnownNamespaces.NodeLease, options.NodeName, cancel).ConfigureAwait(false);
        if (lease is null)
        {
            _lease = await leases.CreateAsync(Fill(new Lease { Metadata = new ObjectMeta { Name = options.NodeName, Namespace = WellKnownNamespaces.NodeLease } }), cancel).ConfigureAwait(false);
            return;
        }
        _lease = await leases.UpdateAsync(Fill(lease.DeepCopy()), cancel).ConfigureAwait(false);
    }

    private Lease Fill(Lease lease)
    {
        lease.Spec.HolderIdentity = options.NodeName;
        lease.Spec.LeaseDurationSeconds = (int)options.NodeLeaseDuration.TotalSeconds;
        lease.Spec.RenewTime = time.GetUtcNow();
        // The lease goes away with the node.
        if (lease.Metadata.OwnerReferences is not { Count: > 0 } && node() is { } owner)
        {
            lease.Metadata.OwnerReferences =
                [new OwnerReference { ApiVersion = "v1", Kind = "Node", Name = owner.Metadata.Name, Uid = owner.Metadata.Uid }];
        }
        return lease;
    }

    [LoggerMessage(1, LogLevel.Warning, "The node's lease was not renewed: {Reason}")]
    private static partial void LogRenewFailed(ILogger logger, string reason);
}
