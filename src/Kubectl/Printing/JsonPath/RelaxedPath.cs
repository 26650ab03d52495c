using System.Text.RegularExpressions;

namespace Tiphys.Kubectl.Printing.JsonPath;

/// <summary>Paths as people write them in columns and sort fields: braces and the first dot may be missing.</summary>
internal static partial class RelaxedPath
{
    /// <summary>The path as a template.</summary>
    /// <exception cref="FormatException">It is no path.</exception>
    public static string Parse(string path)
    {
        if (path.Length == 0) return path;
        var match = Pattern().Match(path);
        if (!match.Success) throw new FormatException("unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'");
        return $"{{.{(match.Groups[1].Length > 0 ? match.Groups[1].Value : match.Groups[2].Value)}}}";
    }

    [GeneratedRegex(@"^\{\.?([^{}]+)\}$|^\.?([^{}]+)$")]
    private static partial Regex Pattern();
}
