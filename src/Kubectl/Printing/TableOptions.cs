namespace Tiphys.Kubectl.Printing;

/// <summary>How tables are shown.</summary>
internal sealed record TableOptions
{
    public bool Wide { get; init; }

    public bool NoHeaders { get; init; }

    public bool WithNamespace { get; init; }

    public bool ShowLabels { get; init; }

    public IReadOnlyList<string> LabelColumns { get; init; } = [];

    /// <summary>Kind and group to put before names, such as <c>deployment.apps</c>; empty for none.</summary>
    public string KindPrefix { get; init; } = "";
}
