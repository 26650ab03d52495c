using Tiphys.Api.Rbac.V1;

namespace Tiphys.ApiServer;

/// <summary>A rule of a role in the form requests are held against.</summary>
internal sealed class CompiledRule
{
    private readonly string[] _verbs;
    private readonly string[] _groups;
    private readonly (string Resource, string Subresource)[] _resources;
    private readonly string[] _names;
    private readonly string[] _paths;
    private readonly bool _allVerbs;
    private readonly bool _allGroups;
    private readonly bool _allResources;

    public CompiledRule(PolicyRule rule)
    {
        Source = rule;
        _verbs = [.. rule.Verbs];
        _groups = [.. rule.ApiGroups ?? []];
        _resources = [.. (rule.Resources ?? []).Select(Split)];
        _names = [.. rule.ResourceNames ?? []];
        _paths = [.. rule.NonResourceURLs ?? []];
        _allVerbs = rule.Verbs.Contains(RbacConstants.All);
        _allGroups = rule.ApiGroups?.Contains(RbacConstants.All) == true;
        _allResources = rule.Resources?.Contains(RbacConstants.All) == true;
    }

    /// <summary>The rule as written.</summary>
    public PolicyRule Source { get; }

    public bool Allows(RequestInfo request)
    {
        if (!_allVerbs && Array.IndexOf(_verbs, request.Verb) < 0) return false;
        if (!request.IsResourceRequest) return AllowsPath(request.Path);
        return (_allGroups || Array.IndexOf(_groups, request.Group) >= 0)
            && (_allResources || AllowsResource(request.Resource, request.Subresource))
            && (_names.Length == 0 || Array.IndexOf(_names, request.Name) >= 0);
    }

    private bool AllowsResource(string resource, string subresource)
    {
        foreach (var (ruleResource, ruleSubresource) in _resources)
        {
            if (ruleSubresource != subresource) continue;
            if (ruleResource == resource || (ruleResource == RbacConstants.All && subresource.Length > 0)) return true;
        }

        return false;
    }

    private bool AllowsPath(string path)
    {
        foreach (var allowed in _paths)
        {
            if (allowed == path || allowed == RbacConstants.All) return true;
            if (allowed.EndsWith('*') && path.AsSpan().StartsWith(allowed.AsSpan().TrimEnd('*'))) return true;
        }

        return false;
    }

    private static (string Resource, string Subresource) Split(string resource)
    {
        var slash = resource.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (resource, "") : (resource[..slash], resource[(slash + 1)..]);
    }
}
