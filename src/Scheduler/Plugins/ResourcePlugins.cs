namespace Tiphys.Scheduler;

/// <summary>A node must have what the pod requests; the emptier node is the better one (LeastAllocated).</summary>
internal sealed class NodeResourcesFitPlugin : IFilterPlugin, IScorePlugin
{
    public string Name => "NodeResourcesFit";

    public int Weight => 1;

    public Misfit? Filter(SchedulingContext context, NodeState node)
    {
        var pod = context.Pod.Requests;
        List<string>? reasons = null;
        if (node.PodCount + 1 > node.AllowedPods) (reasons ??= []).Add("Too many pods");
        Check("cpu", pod.MilliCpu, node.Allocatable.MilliCpu, node.Requested.MilliCpu, ref reasons);
        Check("memory", pod.Memory, node.Allocatable.Memory, node.Requested.Memory, ref reasons);
        Check("ephemeral-storage", pod.EphemeralStorage, node.Allocatable.EphemeralStorage, node.Requested.EphemeralStorage, ref reasons);
        foreach (var (name, amount) in pod.Scalars ?? [])
            Check(name, amount, node.Allocatable.Scalar(name), node.Requested.Scalar(name), ref reasons);
        if (reasons is null) return null;

        // More than the whole node has will not fit however many pods leave it.
        var hopeless = pod.MilliCpu > node.Allocatable.MilliCpu || pod.Memory > node.Allocatable.Memory || pod.EphemeralStorage > node.Allocatable.EphemeralStorage
            || (pod.Scalars?.Any(s => s.Value > node.Allocatable.Scalar(s.Key)) ?? false);
        return new Misfit(reasons[0], Resolvable: !hopeless) { Reasons = reasons };
    }

    public long Score(SchedulingContext context, NodeState node)
    {
        var pod = context.Pod.Scored;
        return (Free(node.Allocatable.MilliCpu, node.Scored.MilliCpu + pod.MilliCpu) + Free(node.Allocatable.Memory, node.Scored.Memory + pod.Memory)) / 2;
    }

    private static void Check(string name, long wanted, long allocatable, long requested, ref List<string>? reasons)
    {
        if (wanted > 0 && wanted > allocatable - requested) (reasons ??= []).Add("Insufficient " + name);
    }

    private static long Free(long capacity, long used) => capacity == 0 || used > capacity ? 0 : (capacity - used) * Scores.Most / capacity;
}

/// <summary>CPU and memory of a node should be used in like measure.</summary>
internal sealed class BalancedAllocationPlugin : IScorePlugin
{
    public string Name => "NodeResourcesBalancedAllocation";

    public int Weight => 1;

    /// <summary>A pod that requests nothing tips no balance.</summary>
    public bool Concerns(SchedulingContext context) => context.Pod.Requests.MilliCpu + context.Pod.Requests.Memory > 0;

    public long Score(SchedulingContext context, NodeState node)
    {
        var pod = context.Pod.Requests;
        var cpu = Fraction(node.Requested.MilliCpu + pod.MilliCpu, node.Allocatable.MilliCpu);
        var memory = Fraction(node.Requested.Memory + pod.Memory, node.Allocatable.Memory);

        // With two resources the standard deviation is half their distance.
        return (long)((1 - (Math.Abs(cpu - memory) / 2)) * Scores.Most);
    }

    private static double Fraction(long used, long capacity) => capacity == 0 ? 1 : Math.Min(1, (double)used / capacity);
}

/// <summary>A node that has the images already need not pull them.</summary>
internal sealed class ImageLocalityPlugin : IScorePlugin
{
    private const long Megabyte = 1 << 20;
    private const long Least = 23 * Megabyte;
    private const long LargestPerContainer = 1000 * Megabyte;

    public string Name => "ImageLocality";

    public int Weight => 1;

    public long Score(SchedulingContext context, NodeState node)
    {
        if (node.ImageSizes.Count == 0) return 0;
        var spec = context.Pod.Pod.Spec;
        var spread = context.Remember(() => new ImageSpread(context));
        long sum = 0;
        var containers = 0;
        foreach (var container in spec.Containers)
        {
            containers++;
            var image = Normalized(container.Image);

            // An image that few nodes have counts for less, so that its nodes are not swamped.
            if (node.ImageSizes.TryGetValue(image, out var size)) sum += (long)(size * spread.Share(image));
        }

        var largest = LargestPerContainer * containers;
        return Scores.Most * (Math.Clamp(sum, Least, largest) - Least) / (largest - Least);
    }

    private static string Normalized(string image)
    {
        var slash = image.LastIndexOf('/');
        return image.IndexOf(':', slash + 1) < 0 && !image.Contains('@', StringComparison.Ordinal) ? image + ":latest" : image;
    }

    private sealed class ImageSpread(SchedulingContext context)
    {
        private readonly Dictionary<string, double> _shares = new(StringComparer.Ordinal);

        public double Share(string image)
        {
            if (_shares.TryGetValue(image, out var share)) return share;
            var nodes = context.Cluster.Nodes;
            return _shares[image] = (double)nodes.Count(n => n.ImageSizes.ContainsKey(image)) / nodes.Length;
        }
    }
}
