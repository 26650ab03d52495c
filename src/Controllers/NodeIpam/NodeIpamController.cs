using System.Net;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Gives each node a network of its own for pods, out of the cluster's (upstream's nodeipam, range allocator).</summary>
internal sealed class NodeIpamController : KeyedController
{
    private readonly IInformer<Node> _nodes;
    private readonly EventRecorder _events;
    private readonly CidrPool[] _pools;

    public NodeIpamController(ControllerContext context) : base(context, 1)
    {
        // One worker: two nodes at a time could be given the same network.
        var options = context.Options;
        _pools = [.. options.ClusterCidrs.Select(cidr => new CidrPool(cidr, cidr.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? options.NodeCidrMaskSizeIPv6 : options.NodeCidrMaskSize, options.ServiceClusterIpRange))];
        _nodes = context.Informer<Node>();
        _events = context.Recorder("cidrAllocator");
        _nodes.On(Seen, (_, after) => Seen(after), Gone);
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_nodes.Get(key) is not { Metadata.DeletionTimestamp: null } node || node.Spec.PodCIDR.Length > 0) return Requeue.None;
        var cidrs = new List<string>();
        foreach (var pool in _pools)
        {
            if (pool.Take(key.Name) is { } cidr)
            {
                cidrs.Add(cidr.ToString());
                continue;
            }

            foreach (var other in _pools) other.Free(key.Name);
            _events.Normal(node, "CIDRNotAvailable", $"Node {key.Name} status is now: CIDRNotAvailable");
            throw new InvalidOperationException("CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range");
        }

        var list = string.Join(',', cidrs.Select(static c => $"\"{c}\""));
        try
        {
            await Client.Resource<Node>().PatchAsync(null, key.Name, PatchType.StrategicMerge, $"{{\"spec\":{{\"podCIDR\":\"{cidrs[0]}\",\"podCIDRs\":[{list}]}}}}", null, cancel);
        }
        catch (ApiException e)
        {
            foreach (var pool in _pools) pool.Free(key.Name);
            if (e.IsNotFound) return Requeue.None;
            _events.Normal(node, "CIDRAssignmentFailed", $"Node {key.Name} status is now: CIDRAssignmentFailed");
            throw;
        }

        return Requeue.None;
    }

    private void Seen(Node node)
    {
        foreach (var cidr in node.Spec.PodCIDRs ?? [])
        {
            if (!IPNetwork.TryParse(cidr, out var network)) continue;
            foreach (var pool in _pools) pool.Occupy(node.Metadata.Name, network);
        }

        if (node.Spec.PodCIDR.Length == 0) Enqueue(node);
    }

    private void Gone(Node node)
    {
        foreach (var pool in _pools) pool.Free(node.Metadata.Name);

        // Someone may be waiting for a network.
        foreach (var other in _nodes.List())
            if (other.Spec.PodCIDR.Length == 0) Enqueue(other);
    }
}
