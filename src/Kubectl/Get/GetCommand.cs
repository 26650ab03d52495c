using System.Text.Json.Nodes;
using Tiphys.Client;
using Tiphys.Kubectl.CommandLine;
using Tiphys.Kubectl.Printing;
using Tiphys.Kubectl.Resources;

namespace Tiphys.Kubectl.Get;

/// <summary><c>kubectl get</c>.</summary>
internal sealed class GetCommand : Command
{
    private readonly GetFlags _flags;

    public GetCommand() => _flags = new GetFlags(Flags);

    public override string Name => "get";

    public override string Summary => "Display one or many resources";

    public override string Synopsis => "get [-o FORMAT] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...)";

    public override async Task<int> RunAsync(CommandContext context, ParsedArguments arguments, CancellationToken cancel)
    {
        var watching = _flags.Watch.Value || _flags.WatchOnly.Value;
        if (_flags.Raw.Value.Length > 0 && arguments.Arguments.Count > 0) throw new KubectlException("arguments may not be passed when --raw is specified");
        if (_flags.Raw.Value.Length == 0) Announce(context, arguments, watching);
        _flags.Validate();
        if (_flags.Raw.Value.Length > 0) return await RawAsync(context, cancel);
        var query = new ResourceQuery
        {
            Arguments = arguments.Arguments,
            Files = _flags.Files,
            Namespace = context.Cluster.Namespace,
            EnforceNamespace = context.Cluster.NamespaceGiven && !_flags.AllNamespaces.Value,
            AllNamespaces = _flags.AllNamespaces.Value,
            LabelSelector = _flags.LabelSelector.Value,
            FieldSelector = _flags.FieldSelector.Value,
            TypeMeansAll = true,
            ChunkSize = _flags.SortBy.Value.Length > 0 ? 0 : _flags.ChunkSize.Value,
            Subresource = _flags.Subresource.Value,
            Accept = _flags.Accept,
            Parameters = _flags.Accept is not null && _flags.SortBy.Value.Length > 0 ? "includeObject=Object" : "",
            Latest = true,
        };
        if (watching)
        {
            await new WatchRunner(context, _flags).RunAsync(query with { SingleType = true }, cancel);
            return 0;
        }

        var finder = new ResourceFinder(context.Cluster, context.Streams);
        var result = await finder.FindAsync(query with { Flatten = true, ContinueOnError = true }, cancel);
        if (_flags.IgnoreNotFound.Value) result.Ignored = static e => e is ApiException { IsNotFound: true };
        var (infos, error) = await result.InfosAsync(cancel);
        if (_flags.IsHuman) PrintTables(context, infos, error);
        else PrintDocuments(context, result, infos, error);
        return 0;
    }

    private void Announce(CommandContext context, ParsedArguments arguments, bool watching)
    {
        if (watching)
        {
            if (_flags.SortBy.Value.Length > 0) context.Error.WriteLine(_flags.Watch.Value ? "warning: --watch requested, --sort-by will be ignored for watch events received" : "warning: --watch-only requested, --sort-by will be ignored");
        }
        else if (arguments.Arguments.Count == 0 && _flags.Files.IsEmpty)
        {
            context.Error.WriteLine("You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of supported resources.\n");
            throw Usage("Required resource not specified.\nUse \"kubectl explain <resource>\" for a detailed description of that resource (e.g. kubectl explain pods).");
        }
    }

    private async Task<int> RawAsync(CommandContext context, CancellationToken cancel)
    {
        using var response = await context.Cluster.Client.SendAsync(HttpMethod.Get, _flags.Raw.Value.TrimStart('/'), null, "application/json, */*", cancel);
        await using var body = await response.Content.ReadAsStreamAsync(cancel);
        await body.CopyToAsync(context.Streams.RawOutput, cancel);
        return 0;
    }

    private void PrintTables(CommandContext context, List<ResourceInfo> infos, Exception? error)
    {
        if (_flags.SortBy.Value.Length > 0) infos = ObjectSorter.Sort(infos, _flags.SortBy.Value);
        var withKind = infos.Select(static i => i.Resource.ApiVersion + i.Resource.Kind).Distinct().Count() > 1;
        var written = false;
        DiscoveredResource? last = null;
        TablePrinter? printer = null;
        var page = new StringWriter { NewLine = "\n" };
        var table = TabWriter.ForTables(page);
        foreach (var info in infos)
        {
            if (printer is null || last != info.Resource)
            {
                Flush(separate: last is not null && !_flags.NoHeaders.Value);
                table = TabWriter.ForTables(page);
                printer = new TablePrinter(_flags.Table(_flags.AllNamespaces.Value && info.Namespaced, withKind || _flags.ShowKind.Value ? KindOf(info.Resource) : ""), context.Time);
                last = info.Resource;
            }

            // What cannot be sorted is not shown at all.
            if (_flags.SortBy.Value.Length > 0 && !ObjectSorter.TrySortRows(info.Object!, _flags.SortBy.Value)) continue;
            printer.Print(info.Object!, null, table);
        }

        Flush(separate: false);
        if (!written && !_flags.IgnoreNotFound.Value && error is null)
        {
            var namespaced = !_flags.AllNamespaces.Value && infos.TrueForAll(static i => i.Namespaced);
            context.Error.WriteLine(namespaced ? $"No resources found in {context.Cluster.Namespace} namespace." : "No resources found");
        }

        if (error is not null) throw error;

        // Tables of different kinds are parted by an empty line, as long as there are any.
        void Flush(bool separate)
        {
            table.Flush();
            var text = page.ToString();
            page.GetStringBuilder().Clear();
            if (text.Length > 0) context.Out.Write(_pending + text);
            if (text.Length > 0) _pending = "";
            written |= text.Length > 0;
            if (separate && written) _pending = "\n";
        }
    }

    private string _pending = "";

    private static string KindOf(DiscoveredResource resource) => resource.Group.Length == 0 ? resource.Kind.ToLowerInvariant() : $"{resource.Kind.ToLowerInvariant()}.{resource.Group}";

    private void PrintDocuments(CommandContext context, ResourceResult result, List<ResourceInfo> infos, Exception? error)
    {
        if (error is not null && result.SingleItemImplied) throw error;
        if (infos.Count == 0 && _flags.IgnoreNotFound.Value)
        {
            if (error is not null) throw error;
            return;
        }

        var printer = _flags.Print.Create(_flags.NoHeaders.Value);
        JsonObject item;
        if (result.SingleItemImplied && infos.Count == 1 && !Json.IsList(infos[0].Object)) item = infos[0].Object!;
        else
        {
            if (_flags.SortBy.Value.Length > 0 && infos.Count > 1) infos = ObjectSorter.Sort(infos, _flags.SortBy.Value);
            item = new JsonObject { ["apiVersion"] = "v1", ["items"] = new JsonArray([.. infos.Select(static i => i.Object)]), ["kind"] = "List", ["metadata"] = new JsonObject { ["resourceVersion"] = "" } };
        }

        printer.Print(item, context.Out);
        if (error is not null) throw error;
    }
}
