namespace Tiphys.Api.ApiExtensions.V1;

public sealed partial class CustomResourceDefinition
{
    partial void OnDefaulting()
    {
        if (Status.StoredVersions is { Count: > 0 }) return;
        if (Spec.Versions.Find(static v => v.Storage) is { } stored) Status.StoredVersions = [stored.Name];
    }
}

public sealed partial class CustomResourceDefinitionSpec
{
    partial void OnDefaulting()
    {
        if (string.IsNullOrEmpty(Names.Singular)) Names.Singular = Names.Kind.ToLowerInvariant();
        if (string.IsNullOrEmpty(Names.ListKind) && Names.Kind.Length > 0) Names.ListKind = Names.Kind + "List";
        Conversion ??= new() { Strategy = ConversionStrategyType.None };
    }
}
