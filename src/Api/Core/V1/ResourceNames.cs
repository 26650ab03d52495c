namespace Tiphys.Api.Core.V1;

/// <summary>What can be told from a resource's name.</summary>
public static class ResourceNames
{
    /// <summary>A resource of Kubernetes itself: without a domain, or below kubernetes.io.</summary>
    public static bool IsNative(string name) => !name.Contains('/', StringComparison.Ordinal) || name.Contains(ResourcePrefix.Kubernetes, StringComparison.Ordinal);

    /// <summary>Huge pages of one size.</summary>
    public static bool IsHugePages(string name) => name.StartsWith(ResourcePrefix.HugePages, StringComparison.Ordinal);

    /// <summary>Requests may stay below limits: native resources but huge pages.</summary>
    public static bool IsOvercommitAllowed(string name) => IsNative(name) && !IsHugePages(name);

    /// <summary>A resource that devices or cluster administrators add to nodes.</summary>
    public static bool IsExtended(string name) => !IsNative(name) && !name.StartsWith(ResourcePrefix.Requests, StringComparison.Ordinal);

    /// <summary>A resource that a pod as a whole may request and limit.</summary>
    public static bool IsPodLevel(string name) => name is ResourceName.Cpu or ResourceName.Memory || IsHugePages(name);
}
