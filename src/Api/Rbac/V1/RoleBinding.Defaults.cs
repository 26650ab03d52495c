namespace Tiphys.Api.Rbac.V1;

public sealed partial class RoleRef
{
    internal const string Group = "rbac.authorization.k8s.io";

    partial void OnDefaulting()
    {
        if (string.IsNullOrEmpty(ApiGroup)) ApiGroup = Group;
    }
}

public sealed partial class Subject
{
    partial void OnDefaulting()
    {
        if (string.IsNullOrEmpty(ApiGroup) && Kind is RbacConstants.User or RbacConstants.Group) ApiGroup = RoleRef.Group;
    }
}
