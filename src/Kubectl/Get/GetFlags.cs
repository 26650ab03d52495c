using Tiphys.Kubectl.CommandLine;
using Tiphys.Kubectl.Printing;
using Tiphys.Kubectl.Resources;

namespace Tiphys.Kubectl.Get;

/// <summary>The flags of <c>kubectl get</c>.</summary>
internal sealed class GetFlags
{
    public GetFlags(FlagSet flags)
    {
        Print = new PrintFlags(flags, tables: true);
        Files = new FileFlags(flags);
        Raw = flags.String("raw", null, "", "Path to request from the server as it is.");
        Watch = flags.Bool("watch", 'w', false, "Watch for changes after listing.");
        WatchOnly = flags.Bool("watch-only", null, false, "Watch for changes without listing.");
        OutputWatchEvents = flags.Bool("output-watch-events", null, false, "Print events with their types.");
        IgnoreNotFound = flags.Bool("ignore-not-found", null, false, "Say nothing of objects that do not exist.");
        LabelSelector = flags.String("selector", 'l', "", "Label selector.");
        FieldSelector = flags.String("field-selector", null, "", "Field selector.");
        AllNamespaces = flags.Bool("all-namespaces", 'A', false, "Objects of all namespaces.");
        ServerPrint = flags.Bool("server-print", null, true, "Let the server make the tables.");
        ChunkSize = flags.Int("chunk-size", null, 500, "Page size of lists; 0 for none.");
        Subresource = flags.String("subresource", null, "", "Subresource to get.");
        NoHeaders = flags.Bool("no-headers", null, false, "Print no headers.");
        ShowLabels = flags.Bool("show-labels", null, false, "Print labels as the last column.");
        ShowKind = flags.Bool("show-kind", null, false, "Print the kind before names.");
        SortBy = flags.String("sort-by", null, "", "Path of the field to sort by.");
        LabelColumns = flags.Slice("label-columns", 'L', "Labels to print as columns.");
    }

    public PrintFlags Print { get; }

    public FileFlags Files { get; }

    public Flag<string> Raw { get; }

    public Flag<bool> Watch { get; }

    public Flag<bool> WatchOnly { get; }

    public Flag<bool> OutputWatchEvents { get; }

    public Flag<bool> IgnoreNotFound { get; }

    public Flag<string> LabelSelector { get; }

    public Flag<string> FieldSelector { get; }

    public Flag<bool> AllNamespaces { get; }

    public Flag<bool> ServerPrint { get; }

    public Flag<long> ChunkSize { get; }

    public Flag<string> Subresource { get; }

    public Flag<bool> NoHeaders { get; }

    public Flag<bool> ShowLabels { get; }

    public Flag<bool> ShowKind { get; }

    public Flag<string> SortBy { get; }

    public ListFlag LabelColumns { get; }

    /// <summary>The output is a table.</summary>
    public bool IsHuman => Print.Output.Value == "wide" || (Print.Output.Value.Length == 0 && !Print.HasTemplate);

    /// <exception cref="KubectlException">The flags contradict each other.</exception>
    public void Validate()
    {
        var output = Print.Output.Value;
        if (Raw.Value.Length > 0)
        {
            if (Watch.Value || WatchOnly.Value || LabelSelector.Value.Length > 0) throw new KubectlException("--raw may not be specified with other flags that filter the server request or alter the output");
            if (output.Length > 0) throw new KubectlException("--raw and --output are mutually exclusive");
            if (!Raw.Value.StartsWith('/')) throw new KubectlException($"--raw must be a valid URL path: parse {Quoting.Quote(Raw.Value)}: invalid URI for request");
        }

        if (ShowLabels.Value && output is not ("" or "wide")) throw new KubectlException($"--show-labels option cannot be used with {output} printer");
        if (OutputWatchEvents.Value && !Watch.Value && !WatchOnly.Value) throw new KubectlException("--output-watch-events option can only be used with --watch or --watch-only");
    }

    /// <summary>Accept header of the reads: tables where the server is to make them.</summary>
    public string? Accept => IsHuman && ServerPrint.Value ? "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json" : null;

    /// <summary>The look of tables of one kind.</summary>
    public TableOptions Table(bool withNamespace, string kindPrefix) => new()
    {
        Wide = Print.Output.Value == "wide",
        NoHeaders = NoHeaders.Value,
        WithNamespace = withNamespace,
        ShowLabels = ShowLabels.Value,
        LabelColumns = LabelColumns.Value,
        KindPrefix = kindPrefix,
    };
}
