using Tiphys.Client;
using Tiphys.Kubectl.CommandLine;
using Tiphys.Kubectl.Printing;

namespace Tiphys.Kubectl.ApiResources;

/// <summary><c>kubectl api-resources</c>.</summary>
internal sealed class ApiResourcesCommand : Command
{
    private readonly Flag<string> _group;
    private readonly Flag<bool> _namespaced;
    private readonly ListFlag _verbs;
    private readonly ListFlag _categories;
    private readonly Flag<string> _sortBy;
    private readonly Flag<string> _output;
    private readonly Flag<bool> _noHeaders;

    public ApiResourcesCommand()
    {
        _group = Flags.String("api-group", null, "", "Only resources of this group.");
        _namespaced = Flags.Bool("namespaced", null, true, "Only resources that are, or with false are not, in namespaces.");
        _verbs = Flags.Slice("verbs", null, "Only resources with these verbs.");
        _categories = Flags.Slice("categories", null, "Only resources of these categories.");
        _sortBy = Flags.String("sort-by", null, "", "name or kind.");
        _output = Flags.String("output", 'o', "", "wide or name.");
        _noHeaders = Flags.Bool("no-headers", null, false, "Print no headers.");
        Flags.Bool("cached", null, false, "Accepted and ignored: discovery is not cached on disk.");
    }

    public override string Name => "api-resources";

    public override string Summary => "Print the supported API resources on the server";

    public override string Synopsis => "api-resources";

    public override async Task<int> RunAsync(CommandContext context, ParsedArguments arguments, CancellationToken cancel)
    {
        if (arguments.Arguments.Count > 0) throw Usage($"unexpected arguments: [{string.Join(' ', arguments.Arguments)}]");
        if (_output.Value is not ("" or "wide" or "name")) throw new KubectlException($"unable to match a printer suitable for the output format {Quoting.Quote(_output.Value)}, allowed formats are: name,wide");
        if (_sortBy.Value is not ("" or "name" or "kind")) throw new KubectlException("--sort-by accepts only name or kind");
        var resources = (await context.Cluster.MapperAsync(cancel)).Resources.DistinctBy(static r => (r.Group, r.Resource)).Where(IsWanted);
        var sorted = resources
            .OrderBy(r => _sortBy.Value switch { "name" => r.Resource, "kind" => r.Kind, _ => r.Group }, StringComparer.Ordinal)
            .ThenBy(static r => r.Resource, StringComparer.Ordinal);
        Print(sorted, TabWriter.ForTables(context.Out));
        return 0;
    }

    private bool IsWanted(DiscoveredResource resource) =>
        resource.Verbs.Count > 0 && (!_group.Changed || resource.Group == _group.Value) && (!_namespaced.Changed || resource.Namespaced == _namespaced.Value)
        && !_verbs.Value.Except(resource.Verbs).Any() && !_categories.Value.Except(resource.Categories).Any();

    private void Print(IEnumerable<DiscoveredResource> resources, TabWriter table)
    {
        var wide = _output.Value == "wide";
        if (_output.Value != "name" && !_noHeaders.Value) table.WriteLine("NAME\tSHORTNAMES\tAPIVERSION\tNAMESPACED\tKIND" + (wide ? "\tVERBS\tCATEGORIES" : ""));
        foreach (var resource in resources)
        {
            if (_output.Value == "name") table.WriteLine(resource.Group.Length == 0 ? resource.Resource : $"{resource.Resource}.{resource.Group}");
            else
            {
                var more = wide ? $"\t{string.Join(',', resource.Verbs)}\t{string.Join(',', resource.Categories)}" : "";
                table.WriteLine($"{resource.Resource}\t{string.Join(',', resource.ShortNames)}\t{resource.ApiVersion}\t{(resource.Namespaced ? "true" : "false")}\t{resource.Kind}{more}");
            }
        }

        table.Flush();
    }
}
