namespace Tiphys.Api.Core.V1;

public sealed partial class Namespace
{
    partial void OnDefaulting()
    {
        // A generated name is not known yet; the label then comes with the name.
        if (Metadata.Name.Length > 0) (Metadata.Labels ??= new(StringComparer.Ordinal))[WellKnownLabels.MetadataName] = Metadata.Name;
    }
}
