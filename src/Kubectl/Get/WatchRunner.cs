using System.Text.Json.Nodes;
using Tiphys.Api;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;
using Tiphys.Kubectl.CommandLine;
using Tiphys.Kubectl.Printing;
using Tiphys.Kubectl.Resources;

namespace Tiphys.Kubectl.Get;

/// <summary><c>get --watch</c>: what is there, and then every change, until the server ends the watch.</summary>
internal sealed class WatchRunner(CommandContext context, GetFlags flags)
{
    private readonly TabWriter _table = TabWriter.ForTables(context.Out);
    private TablePrinter? _tables;
    private IObjectPrinter? _documents;

    public async Task RunAsync(ResourceQuery query, CancellationToken cancel)
    {
        var result = await new ResourceFinder(context.Cluster, context.Streams).FindAsync(query, cancel);
        var (infos, error) = await result.InfosAsync(cancel);
        if (error is ApiException { IsNotFound: true } && flags.IgnoreNotFound.Value) return;
        if (error is not null) throw error;
        if (infos.Count == 0) throw new KubectlException("no resources found");
        if (flags.IsHuman) _tables = new TablePrinter(flags.Table(flags.AllNamespaces.Value, flags.ShowKind.Value ? infos[0].Resource.Kind.ToLowerInvariant() : ""), context.Time);
        else _documents = flags.Print.Create(flags.NoHeaders.Value);

        var isList = infos[0].Name.Length == 0;
        if (!isList && infos.Count > 1) throw new KubectlException($"watch is only supported on individual resources and resource collections - {infos.Count} resources were found");
        foreach (var item in infos.SelectMany(static i => Json.IsList(i.Object) ? Json.Items(i.Object!) : [i.Object!])) Print("ADDED", item, hide: flags.WatchOnly.Value);
        Flush();

        var selector = isList ? Selector("labelSelector", result.LabelSelector) + Selector("fieldSelector", result.FieldSelector) : Selector("fieldSelector", $"metadata.name={infos[0].Name}");
        var revision = isList ? Json.ResourceVersion(infos[^1].Object) : "0";

        // A watch of one object begins with the object itself, which has just been shown.
        await FollowAsync($"{infos[0].Resource.Path(infos[0].Namespace)}?watch=true&resourceVersion={revision}{selector}", skipFirst: !isList, cancel);
    }

    private static string Selector(string name, string text) => text.Length == 0 ? "" : $"&{name}={Uri.EscapeDataString(text)}";

    private async Task FollowAsync(string path, bool skipFirst, CancellationToken cancel)
    {
        using var response = await context.Cluster.Client.SendAsync(HttpMethod.Get, path, null, flags.Accept, cancel);
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        using var lines = new StreamReader(stream);
        while (await ReadAsync(lines, cancel) is { } line)
        {
            if (line.Length == 0 || JsonNode.Parse(line) is not JsonObject change || change["object"] is not JsonObject item) continue;
            var type = Json.Text(change, "type");
            if (type == WatchEventType.Error) throw new ApiException(ApiJson.Decode<Status>(Json.Bytes(item)));
            change.Remove("object");
            if (type == WatchEventType.Bookmark) continue;
            Print(type, item, hide: skipFirst);
            skipFirst = false;
            Flush();
        }
    }

    private static async Task<string?> ReadAsync(StreamReader lines, CancellationToken cancel)
    {
        try
        {
            return await lines.ReadLineAsync(cancel);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Prints a change. Of a hidden one only the columns count: later tables come without.</summary>
    private void Print(string type, JsonObject item, bool hide)
    {
        if (hide && _tables is null) return;
        if (hide) (item["rows"] as JsonArray)?.Clear();
        if (_tables is not null) _tables.Print(item, flags.OutputWatchEvents.Value ? type : null, _table);
        else _documents!.Print(flags.OutputWatchEvents.Value ? WatchEvents.Wrap(type, item) : item, context.Out);
    }

    private void Flush()
    {
        _table.Flush();
        context.Out.Flush();
    }
}
