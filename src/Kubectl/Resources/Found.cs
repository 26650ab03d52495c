namespace Tiphys.Kubectl.Resources;

/// <summary>What a source of objects yields: an object, or an error in its place.</summary>
internal readonly record struct Found(ResourceInfo? Info, Exception? Error)
{
    public static implicit operator Found(ResourceInfo info) => new(info, null);

    public static implicit operator Found(Exception error) => new(null, error);
}
