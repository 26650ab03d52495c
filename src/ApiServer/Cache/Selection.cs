using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>Which objects of a resource a list or watch is about.</summary>
/// <param name="Namespace">Namespace; empty for all.</param>
/// <param name="Labels">Label conditions.</param>
/// <param name="Fields">Field conditions.</param>
public sealed record Selection(string Namespace, LabelQuery Labels, FieldQuery Fields)
{
    /// <summary>Everything.</summary>
    public static Selection All { get; } = new("", LabelQuery.Everything, FieldQuery.Everything);

    /// <summary>Whether only the namespace restricts.</summary>
    public bool IsWholeNamespace => Labels.IsEverything && Fields.IsEverything;

    /// <summary>Whether the object is selected.</summary>
    public bool Matches(StoredObject item) =>
        (Namespace.Length == 0 || Namespace == item.Namespace)
        && (Labels.IsEverything || Labels.Matches(item.Labels))
        && (Fields.IsEverything || Fields.Matches(item.Field));
}
