using Tiphys.Api;

namespace Tiphys.Client;

/// <summary>REST paths of resources, without a leading slash.</summary>
public static class ResourcePath
{
    /// <summary>Path of a collection, an object or a subresource.</summary>
    public static string Of(KindInfo kind, string? ns, string? name = null, string? subresource = null)
    {
        var path = kind.Group.Length == 0 ? $"api/{kind.Version}/" : $"apis/{kind.Group}/{kind.Version}/";
        if (kind.Namespaced && !string.IsNullOrEmpty(ns)) path += $"namespaces/{ns}/";
        path += kind.Resource;
        if (name is not null) path += "/" + Uri.EscapeDataString(name);
        return subresource is null ? path : $"{path}/{subresource}";
    }
}
