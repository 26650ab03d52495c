using System.Text.Json.Nodes;
using Tiphys.Client;
using Tiphys.Kubectl.Access;
using Tiphys.Kubectl.CommandLine;
using Tiphys.Kubectl.Resources;

namespace Tiphys.Kubectl.Delete;

/// <summary><c>kubectl delete</c>.</summary>
internal sealed class DeleteCommand : Command
{
    private readonly DeletionFlags _deletion;
    private readonly FileFlags _files;
    private readonly DryRunFlag _dryRun;
    private readonly Flag<string> _labelSelector;
    private readonly Flag<string> _fieldSelector;
    private readonly Flag<bool> _all;
    private readonly Flag<bool> _allNamespaces;
    private readonly Flag<bool> _ignoreNotFound;
    private readonly Flag<bool> _now;
    private readonly Flag<bool> _interactive;
    private readonly Flag<string> _output;
    private readonly Flag<string> _raw;
    private long _gracePeriod;

    public DeleteCommand()
    {
        _deletion = new DeletionFlags(Flags, wait: true);
        _files = new FileFlags(Flags);
        _dryRun = new DryRunFlag(Flags);
        _labelSelector = Flags.String("selector", 'l', "", "Label selector.");
        _fieldSelector = Flags.String("field-selector", null, "", "Field selector.");
        _all = Flags.Bool("all", null, false, "All objects of the types.");
        _allNamespaces = Flags.Bool("all-namespaces", 'A', false, "Objects of all namespaces.");
        _ignoreNotFound = Flags.Bool("ignore-not-found", null, false, "Say nothing of objects that do not exist.");
        _now = Flags.Bool("now", null, false, "As --grace-period=1.");
        _interactive = Flags.Bool("interactive", 'i', false, "Ask before deleting.");
        _output = Flags.String("output", 'o', "", "name for short output.");
        _raw = Flags.String("raw", null, "", "Path to delete on the server as it is.");
    }

    public override string Name => "delete";

    public override string Summary => "Delete resources by file names, stdin, resources and names, or by resources and label selector";

    public override string Synopsis => "delete ([-f FILENAME] | TYPE [(NAME | -l label | --all)])";

    public override async Task<int> RunAsync(CommandContext context, ParsedArguments arguments, CancellationToken cancel)
    {
        _ = _deletion.Propagation;
        if (_deletion.Deprecation is { } deprecation) context.Error.WriteLine(deprecation);
        _ = context.Cluster.Namespace;
        GracePeriod();
        var dryRun = _dryRun.Mode;
        if (_raw.Value.Length > 0) return await RawAsync(context, cancel);
        var query = new ResourceQuery
        {
            Arguments = arguments.Arguments,
            Files = _files,
            Namespace = context.Cluster.Namespace,
            EnforceNamespace = context.Cluster.NamespaceGiven,
            AllNamespaces = _allNamespaces.Value,
            LabelSelector = _labelSelector.Value,
            FieldSelector = _fieldSelector.Value,
            SelectAll = _all.Value,
            RequireObject = false,
            ContinueOnError = true,
            Flatten = true,
        };
        if (_all.Value && _labelSelector.Value.Length > 0) throw new KubectlException("setting 'all' parameter but found a non empty selector. ");
        var finder = new ResourceFinder(context.Cluster, context.Streams);
        var result = await finder.FindAsync(query, cancel);
        Validate(context);
        var ignore = _ignoreNotFound.Changed ? _ignoreNotFound.Value : _all.Value || _labelSelector.Value.Length > 0 || _fieldSelector.Value.Length > 0;
        if (ignore) result.Ignored = static e => e is ApiException { IsNotFound: true };
        if (_interactive.Value && !await ConfirmAsync(context, result, cancel)) return 0;

        var deleted = new List<(ResourceInfo Info, string Uid)>();
        var found = 0;
        var warnScope = context.Cluster.NamespaceGiven && !_allNamespaces.Value;
        var api = new ResourceApi(context.Cluster.Client);
        await result.VisitAsync(
            async info =>
            {
                found++;
                if (warnScope && !info.Namespaced)
                {
                    Warnings.Print(context.Streams, "deleting cluster-scoped resources, not scoped to the provided namespace");
                    warnScope = false;
                }

                var uid = dryRun == DryRunMode.Client ? "" : await DeleteAsync(api, info, dryRun, cancel);
                Report(context, info, dryRun);
                deleted.Add((info, uid));
            },
            cancel);
        if (found == 0) context.Out.Write("No resources found\n");
        else if (_deletion.Wait.Value && dryRun == DryRunMode.None)
        {
            await context.Out.FlushAsync(cancel);
            await new DeletionWait(context.Cluster.Client, context.Time).RunAsync(deleted, _deletion.Timeout.Value, cancel);
        }

        return 0;
    }

    private void GracePeriod()
    {
        _gracePeriod = _deletion.GracePeriod.Value;
        if (_now.Value)
        {
            if (_gracePeriod != -1) throw new KubectlException("--now and --grace-period cannot be specified together");
            _gracePeriod = 1;
        }

        // Only with --force may an object go without a second to end in.
        if (_gracePeriod == 0 && !_deletion.Force.Value) _gracePeriod = 1;
        if (_deletion.Force.Value && _gracePeriod < 0) _gracePeriod = 0;
    }

    private void Validate(CommandContext context)
    {
        if (_output.Value is not ("" or "name")) throw new KubectlException($"unexpected -o output mode: {_output.Value}. We only support '-o name'");
        if (!_deletion.Force.Value) return;
        if (_gracePeriod > 0) throw new KubectlException("--force and --grace-period greater than 0 cannot be specified together");
        Warnings.Print(context.Streams, "Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.");
    }

    private async Task<string> DeleteAsync(ResourceApi api, ResourceInfo info, DryRunMode dryRun, CancellationToken cancel)
    {
        try
        {
            var answer = await api.DeleteAsync(info.Path(), _deletion.Options(_gracePeriod, dryRun == DryRunMode.Server), cancel);
            return Json.Text(answer, "details", "uid") is { Length: > 0 } uid ? uid : Json.Text(answer, "metadata", "uid");
        }
        catch (Exception e) when (e is ApiException or HttpRequestException)
        {
            throw SourceErrors.Add("deleting", info.Source, e);
        }
    }

    private void Report(CommandContext context, ResourceInfo info, DryRunMode dryRun)
    {
        var kind = KindText(info);
        if (_output.Value == "name")
        {
            context.Out.Write($"{kind}/{info.Name}\n");
            return;
        }

        var operation = _gracePeriod == 0 ? "force deleted" : "deleted";
        if (info.Namespaced) operation += $" from {info.Namespace} namespace";
        context.Out.Write($"{kind} \"{info.Name}\" {operation}{DryRunFlag.Suffix(dryRun)}\n");
    }

    private static string KindText(ResourceInfo info) => info.Resource.Group.Length == 0 ? info.Resource.Kind.ToLowerInvariant() : $"{info.Resource.Kind.ToLowerInvariant()}.{info.Resource.Group}";

    private static async Task<bool> ConfirmAsync(CommandContext context, ResourceResult result, CancellationToken cancel)
    {
        var (infos, error) = await result.InfosAsync(cancel);
        if (error is not null) throw error;
        if (infos.Count == 0)
        {
            context.Out.Write("No resources found\n");
            return false;
        }

        context.Out.Write($"You are about to delete the following {infos.Count} resource(s):\n");
        foreach (var info in infos) context.Out.Write($"{KindText(info)}/{info.Name}\n");
        context.Out.Write("Do you want to continue? (y/N): ");
        await context.Out.FlushAsync(cancel);
        using var input = new StreamReader(context.Streams.RawInput, leaveOpen: true);
        if (string.Equals((await input.ReadLineAsync(cancel))?.Trim(), "y", StringComparison.OrdinalIgnoreCase)) return true;
        context.Out.Write("deletion is cancelled\n");
        return false;
    }

    private async Task<int> RawAsync(CommandContext context, CancellationToken cancel)
    {
        if (_interactive.Value) throw new KubectlException("--interactive can not be used with --raw");
        if (_output.Value.Length > 0) throw new KubectlException("--raw and --output are mutually exclusive");
        if (!_raw.Value.StartsWith('/')) throw new KubectlException($"--raw must be a valid URL path: parse {Quoting.Quote(_raw.Value)}: invalid URI for request");
        using var response = await context.Cluster.Client.SendAsync(HttpMethod.Delete, _raw.Value.TrimStart('/'), null, null, cancel);
        await response.Content.CopyToAsync(context.Streams.RawOutput, cancel);
        return 0;
    }
}
