using Tiphys.Api.Networking.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of ingress classes.</summary>
internal static class IngressClassValidation
{
    private const int MostController = 250;
    private static readonly FieldPath Spec = FieldPath.Of("spec");
    private static readonly string[] s_scopes = ["Cluster", "Namespace"];

    public static KindRules<IngressClass> Rules { get; } = new(static (item, errors) => Validate(item.Spec, errors))
    {
        Wanted = static c => c.Spec,
        ValidateChange = static (item, old, errors) =>
        {
            FieldRules.Unchanged(item.Spec.Controller, old.Spec.Controller, Spec["controller"], errors);
        },
    };

    private static void Validate(IngressClassSpec spec, FieldErrors errors)
    {
        if (spec.Controller.Length > MostController) errors.TooLong(Spec["controller"], MostController);
        FieldRules.DomainPath(spec.Controller, Spec["controller"], errors);
        if (spec.Parameters is not { } parameters) return;
        var path = Spec["parameters"];
        if (parameters.ApiGroup is { } group) errors.Invalid(path["apiGroup"], group, Names.SubdomainErrors(group));
        FieldRules.Name(parameters.Kind, Names.PathSegmentErrors, path["kind"], errors);
        FieldRules.Name(parameters.Name, Names.PathSegmentErrors, path["name"], errors);
        if (parameters.Scope is not { } scope) errors.Required(path["scope"]);
        else if (!s_scopes.Contains(scope)) errors.NotSupported(path["scope"], scope, s_scopes);
        else if (scope == "Cluster")
        {
            if (parameters.Namespace is not null) errors.Forbidden(path["namespace"], "`parameters.scope` is set to 'Cluster'");
        }
        else if (parameters.Namespace is not { } ns) errors.Required(path["namespace"], "`parameters.scope` is set to 'Namespace'");
        else errors.Invalid(path["namespace"], ns, Names.LabelErrors(ns));
    }
}
