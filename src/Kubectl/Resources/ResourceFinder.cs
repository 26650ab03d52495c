using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Tiphys.Client;
using Tiphys.Kubectl.Access;
using Tiphys.Kubectl.CommandLine;

namespace Tiphys.Kubectl.Resources;

/// <summary>Turns a <see cref="ResourceQuery"/> into the sources of its objects.</summary>
internal sealed class ResourceFinder(Cluster cluster, KubectlStreams streams)
{
    private readonly ResourceApi _api = new(cluster.Client);

    /// <exception cref="KubectlException">The query makes no sense, or names unknown types.</exception>
    public async Task<ResourceResult> FindAsync(ResourceQuery query, CancellationToken cancel)
    {
        if (query.AllNamespaces) query = query with { Namespace = "" };
        var (paths, singleFile) = query.Files is { IsEmpty: false } files ? ManifestReader.Find(files) : ([], false);
        var arguments = ResourceArguments.Parse(query.Arguments);
        var label = query.LabelSelector.Trim();
        var field = query.FieldSelector.Trim();
        if (query.SelectAll && label.Length + field.Length > 0) throw new KubectlException("setting 'all' parameter but found a non empty selector. ");
        if (paths.Count > 0) return ByPath(query, paths, singleFile, arguments, label);
        var selects = query.SelectAll || label.Length > 0 || field.Length > 0 || (query.TypeMeansAll && arguments is { Types.Count: > 0, Names.Count: 0 });
        if (selects) return await BySelectorAsync(query, arguments, label, field, cancel);
        if (arguments.Pairs.Count > 0) return await ByNameAsync(query, arguments.Pairs, cancel);
        if (arguments.Names.Count > 0)
        {
            var types = ResourceArguments.Expand(arguments.Types, await cluster.MapperAsync(cancel));
            if (types.Count > 1) throw new KubectlException("you must specify only one resource");
            return await ByNameAsync(query, [.. arguments.Names.Select(n => (types[0], n))], cancel);
        }

        if (arguments.Types.Count == 0) throw new KubectlException(Missing);
        foreach (var type in ResourceArguments.Expand(arguments.Types, await cluster.MapperAsync(cancel))) await cluster.ResourceAsync(type, cancel);
        throw new KubectlException("resource(s) were provided, but no name was specified");
    }

    private const string Missing =
        """
        You must provide one or more resources by argument or filename.
        Example resource specifications include:
           '-f rsrc.yaml'
           '--filename=rsrc.json'
           '<resource> <name>'
           '<resource>'
        """;

    private ResourceResult ByPath(ResourceQuery query, List<string> paths, bool single, ResourceArguments arguments, string selector)
    {
        if (arguments.Pairs.Count > 0) throw new KubectlException("resource/name arguments cannot be provided when a path is specified");
        if (arguments.Types.Count > 0) throw new KubectlException("when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well");
        var labels = selector.Length > 0 ? Tiphys.Api.LabelQuery.Parse(selector) : null;
        var reader = new ManifestReader(cluster, streams.RawInput);
        return new ResourceResult(query, cluster, _api, single, [], cancel => Read(cancel)) { TargetsSingleItems = true };

        async IAsyncEnumerable<Found> Read([EnumeratorCancellation] CancellationToken cancel)
        {
            foreach (var path in paths)
            {
                await foreach (var found in reader.ReadAsync(path, query.Check, cancel))
                {
                    if (found.Info is not { Object: { } item } || labels is null || Json.IsList(item) || labels.Matches(Json.Labels(item))) yield return found;
                }
            }
        }
    }

    private async Task<ResourceResult> BySelectorAsync(ResourceQuery query, ResourceArguments arguments, string label, string field, CancellationToken cancel)
    {
        if (arguments.Names.Count > 0) throw new KubectlException("name cannot be provided when a selector is specified");
        if (arguments.Pairs.Count > 0) throw new KubectlException("selectors and the all flag cannot be used when passing resource/name arguments");
        if (arguments.Types.Count == 0) throw new KubectlException("at least one resource must be specified to use a selector");
        if (query.Subresource.Length > 0) throw new KubectlException("subresource cannot be used when bulk resources are specified");
        var mapper = await cluster.MapperAsync(cancel);
        var types = ResourceArguments.Expand(arguments.Types, mapper);
        if (types.Count > 1 && query.SingleType) throw new KubectlException("you may only specify a single resource type");
        var resources = new List<DiscoveredResource>();
        foreach (var type in types)
        {
            var resource = await cluster.ResourceAsync(type, cancel);
            if (!resources.Contains(resource)) resources.Add(resource);
        }

        var listing = new ResourceListing(_api, query, label, field);
        return new ResourceResult(query, cluster, _api, false, resources, c => Pages(c)) { LabelSelector = label, FieldSelector = field };

        async IAsyncEnumerable<Found> Pages([EnumeratorCancellation] CancellationToken token)
        {
            foreach (var resource in resources)
                await foreach (var page in listing.PagesAsync(resource, token)) yield return page;
        }
    }

    private async Task<ResourceResult> ByNameAsync(ResourceQuery query, IReadOnlyList<(string Type, string Name)> pairs, CancellationToken cancel)
    {
        var infos = new List<ResourceInfo>();
        foreach (var (type, name) in pairs)
        {
            var resource = await cluster.ResourceAsync(type, cancel);
            if (resource.Namespaced && query.Namespace.Length == 0)
                throw new KubectlException(query.AllNamespaces ? "a resource cannot be retrieved by name across all namespaces" : "namespace may not be empty when retrieving a resource by name");
            infos.Add(new ResourceInfo(resource, resource.Namespaced ? query.Namespace : "", name));
        }

        List<DiscoveredResource> resources = [.. infos.Select(static i => i.Resource).Distinct()];
        if (resources.Count > 1 && query.SingleType) throw new KubectlException("you may only specify a single resource type");
        return new ResourceResult(query, cluster, _api, infos.Count == 1, resources, _ => Names()) { TargetsSingleItems = true };

        async IAsyncEnumerable<Found> Names()
        {
            foreach (var info in infos) yield return info;
            await Task.CompletedTask;
        }
    }
}
