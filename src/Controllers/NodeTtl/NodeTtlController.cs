using System.Globalization;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Tells kubelets how long they may cache secrets and config maps: longer, the larger the cluster (upstream's ttl-controller).</summary>
internal sealed class NodeTtlController : KeyedController
{
    /// <summary>Steps overlap, so that a cluster at a border does not rewrite all its nodes back and forth.</summary>
    private static readonly (int Least, int Most, int Seconds)[] s_steps = [(0, 100, 0), (90, 500, 15), (450, 1000, 30), (900, 2000, 60), (1800, int.MaxValue, 300)];

    private readonly IInformer<Node> _nodes;
    private int _step;

    public NodeTtlController(ControllerContext context) : base(context, 1)
    {
        _nodes = context.Informer<Node>();
        _nodes.On(Enqueue, (_, after) => Enqueue(after));
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        var count = _nodes.Count;
        while (count > s_steps[_step].Most) _step++;
        while (count < s_steps[_step].Least) _step--;
        var wanted = s_steps[_step].Seconds.ToString(CultureInfo.InvariantCulture);
        if (_nodes.Get(key) is not { } node || node.Metadata.Annotations?.GetValueOrDefault(WellKnownAnnotations.NodeTtl) == wanted) return Requeue.None;
        try
        {
            await Client.Resource<Node>().PatchAsync(null, key.Name, PatchType.StrategicMerge, $"{{\"metadata\":{{\"annotations\":{{\"{WellKnownAnnotations.NodeTtl}\":\"{wanted}\"}}}}}}", null, cancel);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // already gone
        }

        return Requeue.None;
    }
}
