using Tiphys.Client;
using Tiphys.Kubectl.CommandLine;
using Tiphys.Kubectl.Resources;

namespace Tiphys.Kubectl.Describe;

/// <summary><c>kubectl describe</c>.</summary>
internal sealed class DescribeCommand : Command
{
    private readonly FileFlags _files;
    private readonly Flag<string> _selector;
    private readonly Flag<bool> _allNamespaces;
    private readonly Flag<bool> _showEvents;
    private readonly Flag<long> _chunkSize;

    public DescribeCommand()
    {
        _files = new FileFlags(Flags);
        _selector = Flags.String("selector", 'l', "", "Label selector.");
        _allNamespaces = Flags.Bool("all-namespaces", 'A', false, "Objects of all namespaces.");
        _showEvents = Flags.Bool("show-events", null, true, "End with the object's events; by default only for a single object.");
        _chunkSize = Flags.Int("chunk-size", null, 500, "Page size of lists; 0 for none.");
    }

    public override string Name => "describe";

    public override string Summary => "Show details of a specific resource or group of resources";

    public override string Synopsis => "describe (-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME)";

    public override async Task<int> RunAsync(CommandContext context, ParsedArguments arguments, CancellationToken cancel)
    {
        _ = context.Cluster.Namespace;
        if (arguments.Arguments.Count == 0 && _files.IsEmpty) throw new KubectlException("You must specify the type of resource to describe. Use \"kubectl api-resources\" for a complete list of supported resources.\n");
        var query = new ResourceQuery
        {
            Arguments = arguments.Arguments,
            Files = _files,
            Namespace = context.Cluster.Namespace,
            EnforceNamespace = context.Cluster.NamespaceGiven && !_allNamespaces.Value,
            AllNamespaces = _allNamespaces.Value,
            LabelSelector = _selector.Value,
            TypeMeansAll = true,
            ChunkSize = _chunkSize.Value,
            Flatten = true,
            ContinueOnError = true,
        };
        var finder = new ResourceFinder(context.Cluster, context.Streams);
        var result = await finder.FindAsync(query, cancel);
        var (infos, error) = await result.InfosAsync(cancel);
        var events = _showEvents.Changed ? _showEvents.Value : error is null && infos.Count <= 1;
        var session = new DescribeSession(context.Cluster.Client, context.Time, events, (int)_chunkSize.Value);
        if (error is ApiException { IsNotFound: true } && arguments.Arguments.Count == 2)
        {
            await ByPrefixAsync(context, finder, query, session, error, cancel);
            return 0;
        }

        await AllAsync(context, infos, error, session, cancel);
        return 0;
    }

    private async Task AllAsync(CommandContext context, List<ResourceInfo> infos, Exception? error, DescribeSession session, CancellationToken cancel)
    {
        var errors = new List<Exception>();
        if (error is not null) errors.Add(error);
        var first = true;
        foreach (var info in infos)
        {
            try
            {
                var text = await DescribeAsync(session, info, cancel);
                context.Out.Write(first ? text : $"\n\n{text}");
                first = false;
            }
            catch (Exception e) when (ResourceResult.IsExpected(e))
            {
                if (!errors.Exists(known => known.Message == e.Message)) errors.Add(e);
            }
        }

        if (infos.Count == 0 && errors.Count == 0) context.Error.WriteLine(_allNamespaces.Value ? "No resources found" : $"No resources found in {context.Cluster.Namespace} namespace.");
        ErrorList.ThrowIfAny(errors);
    }

    /// <summary>The name is none, but may be the beginning of some.</summary>
    private static async Task ByPrefixAsync(CommandContext context, ResourceFinder finder, ResourceQuery query, DescribeSession session, Exception notFound, CancellationToken cancel)
    {
        var all = query with { Arguments = [query.Arguments[0]], Files = null, LabelSelector = "", SingleType = true, ContinueOnError = false };
        var (infos, error) = await (await finder.FindAsync(all, cancel)).InfosAsync(cancel);
        if (error is not null) throw error;
        var matching = infos.Where(i => i.Name.StartsWith(query.Arguments[1], StringComparison.Ordinal)).ToList();
        if (matching.Count == 0) throw notFound;
        foreach (var info in matching) context.Out.Write(await DescribeAsync(session, info, cancel) + "\n");
    }

    private static Task<string> DescribeAsync(DescribeSession session, ResourceInfo info, CancellationToken cancel) =>
        (DescriberCatalog.Find(info.Resource.Group, info.Resource.Kind) ?? new GenericDescriber(info.Resource)).DescribeAsync(session, info.Namespace, info.Name, cancel);
}
