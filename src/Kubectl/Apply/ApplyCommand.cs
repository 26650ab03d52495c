using System.Text.Json.Nodes;
using Tiphys.Kubectl.CommandLine;
using Tiphys.Kubectl.Printing;
using Tiphys.Kubectl.Resources;

namespace Tiphys.Kubectl.Apply;

/// <summary><c>kubectl apply</c>.</summary>
internal sealed class ApplyCommand : Command
{
    private readonly ApplyFlags _flags;

    public ApplyCommand() => _flags = new ApplyFlags(Flags);

    public override string Name => "apply";

    public override string Summary => "Apply a configuration to a resource by file name or stdin";

    public override string Synopsis => "apply -f FILENAME";

    public override async Task<int> RunAsync(CommandContext context, ParsedArguments arguments, CancellationToken cancel)
    {
        if (arguments.Arguments.Count > 0) throw Usage($"Unexpected args: [{string.Join(' ', arguments.Arguments)}]");
        _ = _flags.Deletion.Propagation;
        _flags.Validate();
        var query = new ResourceQuery
        {
            Files = _flags.Files,
            Namespace = context.Cluster.Namespace,
            EnforceNamespace = context.Cluster.NamespaceGiven,
            LabelSelector = _flags.Selector.Value,
            Flatten = true,
            ContinueOnError = true,
            Check = _flags.Validation == "Ignore" ? null : Check,
        };
        var result = await new ResourceFinder(context.Cluster, context.Streams).FindAsync(query, cancel);
        var (infos, error) = await result.InfosAsync(cancel);
        var errors = new List<Exception>();
        if (error is not null) errors.Add(error);
        if (infos.Count == 0 && errors.Count == 0) throw new KubectlException("no objects passed to apply");
        IApplier applier = _flags.ServerSide.Value ? new ServerSideApplier(context, _flags) : new ClientSideApplier(context, _flags);
        foreach (var info in infos)
        {
            try
            {
                if (info.Name.Length == 0 && Json.Text(info.Object, "metadata", "generateName") is { Length: > 0 } generated) throw new KubectlException($"from {generated}: cannot use generate name with apply");
                var operation = await applier.ApplyAsync(info, cancel);
                if (_flags.PrintsObjects) continue;
                new NamePrinter(_flags.Print.Output.Value == "name" ? "" : operation + DryRunFlag.Suffix(_flags.DryRun.Mode)).Print(info.Object!, context.Out);
            }
            catch (Exception e) when (ResourceResult.IsExpected(e))
            {
                errors.Add(e);
            }
        }

        ErrorList.ThrowIfAny(errors);
        if (_flags.PrintsObjects) PrintObjects(context, infos);
        return 0;
    }

    private void PrintObjects(CommandContext context, List<ResourceInfo> infos)
    {
        var printer = _flags.Print.Create();
        if (infos.Count == 1) printer.Print(infos[0].Object!, context.Out);
        else printer.Print(new JsonObject { ["kind"] = "List", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["items"] = new JsonArray([.. infos.Select(static i => i.Object)]) }, context.Out);
    }

    private static void Check(JsonObject item)
    {
        var errors = new List<string>();
        if (Json.ApiVersion(item).Length == 0) errors.Add("apiVersion not set");
        if (Json.Kind(item).Length == 0) errors.Add("kind not set");
        if (errors.Count > 0) throw new KubectlException(errors.Count == 1 ? errors[0] : $"[{string.Join(", ", errors)}]");
    }
}
