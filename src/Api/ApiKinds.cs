using System.Collections.Frozen;

namespace Tiphys.Api;

/// <summary>All declared kinds (upstream's Scheme).</summary>
public static partial class ApiKinds
{
    private static readonly Lazy<FrozenDictionary<(GroupVersion, string), KindInfo>> s_byKind = new(static () => All!.ToFrozenDictionary(k => (k.GroupVersion, k.Kind)));

    /// <summary>Every declared kind.</summary>
    public static IReadOnlyList<KindInfo> All { get; } = Declared();

    /// <summary>The kind of this name, or null.</summary>
    public static KindInfo? Find(GroupVersion groupVersion, string kind) => s_byKind.Value.GetValueOrDefault((groupVersion, kind));

    /// <summary>The kind of an object's <c>apiVersion</c> and <c>kind</c>, or null.</summary>
    public static KindInfo? Find(string apiVersion, string kind) => Find(GroupVersion.Parse(apiVersion), kind);
}
