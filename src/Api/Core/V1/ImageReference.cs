using System.Text.RegularExpressions;

namespace Tiphys.Api.Core.V1;

/// <summary>The parts of an image's name: <c>[domain/]path[:tag][@digest]</c>.</summary>
/// <param name="Name">Domain and path as written.</param>
/// <param name="Tag">Tag; latest when neither tag nor digest is written, empty when only a digest is.</param>
/// <param name="Digest">Digest with its algorithm, or empty.</param>
public sealed partial record ImageReference(string Name, string Tag, string Digest)
{
    /// <summary>Takes a name apart; null when it is none.</summary>
    public static ImageReference? TryParse(string? image)
    {
        if (string.IsNullOrEmpty(image) || Grammar.Match(image) is not { Success: true } match) return null;
        var name = match.Groups["name"].Value;

        // A bare content hash would be an image id, not a name.
        if (name.Length > 255 || (name.Length == 64 && name.All(char.IsAsciiHexDigitLower))) return null;
        var tag = match.Groups["tag"].Value;
        var digest = match.Groups["digest"].Value;
        return new ImageReference(name, tag.Length == 0 && digest.Length == 0 ? "latest" : tag, digest);
    }

    /// <summary>The policy a container or volume gets when it gives none: what latest means changes, other tags rarely do.</summary>
    public static string DefaultPullPolicy(string image) => TryParse(image) is { Tag: "latest" } ? PullPolicy.Always : PullPolicy.IfNotPresent;

    [GeneratedRegex(@"^(?<name>(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*)(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Grammar { get; }
}
