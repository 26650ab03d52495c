namespace Tiphys.Client;

/// <summary>Media types of patches.</summary>
public static class PatchType
{
    /// <summary>RFC 6902.</summary>
    public const string Json = "application/json-patch+json";

    /// <summary>RFC 7386.</summary>
    public const string Merge = "application/merge-patch+json";

    /// <summary>Kubernetes' own merge that knows list keys.</summary>
    public const string StrategicMerge = "application/strategic-merge-patch+json";

    /// <summary>Server-side apply.</summary>
    public const string Apply = "application/apply-patch+yaml";
}
