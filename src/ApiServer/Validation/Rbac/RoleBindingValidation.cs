using Tiphys.Api.Rbac.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of role bindings.</summary>
internal static class RoleBindingValidation
{
    private const string Group = "rbac.authorization.k8s.io";
    private static readonly string[] s_groups = [Group];
    private static readonly string[] s_kinds = ["ServiceAccount", "User", "Group"];
    private static readonly FieldPath Reference = FieldPath.Of("roleRef");

    public static KindRules<RoleBinding> RoleBindings { get; } = new(static (item, errors) => Validate(item.RoleRef, item.Subjects, namespaced: true, errors))
    {
        NameErrors = Names.PathSegmentErrors,
        ValidateChange = static (item, old, errors) => Change(item.RoleRef, old.RoleRef, errors),
    };

    public static KindRules<ClusterRoleBinding> ClusterRoleBindings { get; } = new(static (item, errors) => Validate(item.RoleRef, item.Subjects, namespaced: false, errors))
    {
        NameErrors = Names.PathSegmentErrors,
        ValidateChange = static (item, old, errors) => Change(item.RoleRef, old.RoleRef, errors),
    };

    private static void Validate(RoleRef role, List<Subject>? subjects, bool namespaced, FieldErrors errors)
    {
        FieldRules.Supported(role.ApiGroup, s_groups, Reference["apiGroup"], errors);
        FieldRules.Supported(role.Kind, namespaced ? ["Role", "ClusterRole"] : ["ClusterRole"], Reference["kind"], errors);
        FieldRules.Name(role.Name, Names.PathSegmentErrors, Reference["name"], errors);
        for (var i = 0; i < (subjects?.Count ?? 0); i++) OneSubject(subjects![i], namespaced, FieldPath.Of("subjects")[i], errors);
    }

    private static void OneSubject(Subject subject, bool namespaced, FieldPath path, FieldErrors errors)
    {
        if (subject.Name.Length == 0) errors.Required(path["name"]);
        switch (subject.Kind)
        {
            case "ServiceAccount":
                FieldRules.OptionalName(subject.Name, Names.SubdomainErrors, path["name"], errors);
                if (subject.ApiGroup.Length > 0) errors.NotSupported(path["apiGroup"], subject.ApiGroup, [""]);
                if (!namespaced && subject.Namespace.Length == 0) errors.Required(path["namespace"]);
                break;
            case "User" or "Group":
                FieldRules.Supported(subject.ApiGroup, s_groups, path["apiGroup"], errors);
                break;
            default:
                errors.NotSupported(path["kind"], subject.Kind, s_kinds);
                break;
        }
    }

    private static void Change(RoleRef now, RoleRef before, FieldErrors errors)
    {
        if (now.ApiGroup != before.ApiGroup || now.Kind != before.Kind || now.Name != before.Name) errors.Invalid(Reference, new GoStructure(now), "cannot change roleRef");
    }
}
