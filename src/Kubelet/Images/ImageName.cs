using System.Text.RegularExpressions;

namespace Tiphys.Kubelet.Images;

/// <summary>Reads image names the way Docker does: <c>[registry/]repository[:tag][@digest]</c>.</summary>
internal sealed partial class ImageName
{
    private const string DefaultRegistry = "docker.io";
    private const int MaxRepositoryLength = 255;

    private ImageName(string registry, string repository, string? tag, string? digest)
    {
        Registry = registry;
        Repository = repository;
        Tag = tag;
        Digest = digest;
    }

    public string Registry { get; }
    public string Repository { get; }
    public string? Tag { get; }
    public string? Digest { get; }

    /// <summary>Registry and repository: what credentials are looked up by.</summary>
    public string Location => $"{Registry}/{Repository}";

    /// <summary>The name in full, with the tag <c>latest</c> when it has neither tag nor digest.</summary>
    public override string ToString() =>
        Location + (Tag is not null ? ":" + Tag : Digest is null ? ":latest" : "") + (Digest is not null ? "@" + Digest : "");

    /// <summary>Parses a name.</summary>
    /// <exception cref="FormatException">It is none; the message is upstream's.</exception>
    public static ImageName Parse(string text)
    {
        var match = ReferencePattern().Match(text);
        if (!match.Success)
        {
            if (ReferencePattern().IsMatch(text.ToLowerInvariant()) && text.Any(char.IsUpper))
                throw Error(text, "invalid reference format: repository name must be lowercase");
            throw Error(text, "invalid reference format");
        }
        var name = match.Groups["name"].Value;
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : name[..slash];
        // What comes before the first slash is a registry only if it looks like a host.
        var hasRegistry = first.Contains('.') || first.Contains(':') || first == "localhost" || first.Any(char.IsUpper);
        var registry = hasRegistry ? first : DefaultRegistry;
        var repository = hasRegistry ? name[(slash + 1)..] : name;
        if (registry is DefaultRegistry or "index.docker.io")
        {
            registry = DefaultRegistry;
            if (!repository.Contains('/')) repository = "library/" + repository;
        }
        if (!RepositoryPattern().IsMatch(repository))
            throw Error(text, repository.Any(char.IsUpper)
                ? "invalid reference format: repository name must be lowercase"
                : "invalid reference format");
        if (repository.Length > MaxRepositoryLength) throw Error(text, "repository name must not be more than 255 characters");
        return new ImageName(registry, repository, Value("tag"), Value("digest"));

        string? Value(string group) => match.Groups[group] is { Success: true } g ? g.Value : null;
    }

    private static FormatException Error(string text, string reason) => new($"couldn't parse image name \"{text}\": {reason}");

    [GeneratedRegex(@"^(?<name>[A-Za-z0-9][A-Za-z0-9._\-/:]*?[A-Za-z0-9]|[A-Za-z0-9])(:(?<tag>[A-Za-z0-9_][A-Za-z0-9_.\-]{0,127}))?(@(?<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$", RegexOptions.CultureInvariant)]
    private static partial Regex ReferencePattern();

    [GeneratedRegex(@"^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$", RegexOptions.CultureInvariant)]
    private static partial Regex RepositoryPattern();
}
