namespace Tiphys.ApiServer;

/// <summary>Kinds in versions whose use is discouraged: every request for them is answered with a warning.</summary>
internal static class DeprecatedVersions
{
    /// <summary>What to say of a resource in a version, or null.</summary>
    public static string? Warning(RequestInfo info) => (info.Group, info.Version, info.Resource) switch
    {
        ("", "v1", "endpoints") => "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
        ("", "v1", "componentstatuses") => "v1 ComponentStatus is deprecated in v1.19+",
        _ => null,
    };
}
