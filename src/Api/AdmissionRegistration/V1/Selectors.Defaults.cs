namespace Tiphys.Api.AdmissionRegistration.V1;

public sealed partial class ValidatingWebhook
{
    partial void OnDefaulting()
    {
        NamespaceSelector ??= new();
        ObjectSelector ??= new();
    }
}

public sealed partial class MutatingWebhook
{
    partial void OnDefaulting()
    {
        NamespaceSelector ??= new();
        ObjectSelector ??= new();
    }
}

public sealed partial class MatchResources
{
    partial void OnDefaulting()
    {
        NamespaceSelector ??= new();
        ObjectSelector ??= new();
    }
}
