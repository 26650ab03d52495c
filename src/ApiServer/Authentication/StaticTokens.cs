using System.Text;

namespace Tiphys.ApiServer;

/// <summary>
/// The tokens of <c>--token-auth-file</c>: lines of token, user name, uid and optionally a quoted list of groups. The file is read once.
/// </summary>
public sealed class StaticTokens : ITokenAuthenticator
{
    private readonly Dictionary<string, TokenIdentity> _tokens = new(StringComparer.Ordinal);

    private StaticTokens() { }

    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">A line is malformed.</exception>
    public static StaticTokens Load(string path) => Parse(File.ReadAllText(path), path);

    /// <summary>Reads the text of a file.</summary>
    /// <param name="text">CSV.</param>
    /// <param name="source">Name for messages.</param>
    /// <exception cref="FormatException">A line is malformed.</exception>
    public static StaticTokens Parse(string text, string source)
    {
        var tokens = new StaticTokens();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var trimmed = line.TrimEnd('\r');
            if (trimmed.Length == 0) continue;
            var fields = Fields(trimmed);
            if (fields.Count < 3) throw new FormatException($"token file '{source}' must have at least 3 columns (token, user name, user uid), found {fields.Count}");
            if (fields[0].Length == 0) continue; // upstream warns of empty tokens and goes on
            string[] groups = fields.Count > 3 ? fields[3].Split(',', StringSplitOptions.RemoveEmptyEntries) : [];
            var user = new UserInfo(fields[1], fields[2], [.. groups, UserInfo.Authenticated], new Dictionary<string, List<string>>());
            tokens._tokens[fields[0]] = new TokenIdentity(user);
        }

        return tokens;
    }

    /// <inheritdoc/>
    public ValueTask<TokenIdentity?> AuthenticateAsync(string token, IReadOnlyList<string> audiences, CancellationToken cancel) => new(_tokens.GetValueOrDefault(token));

    private static List<string> Fields(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (quoted && c == '"' && i + 1 < line.Length && line[i + 1] == '"') field.Append(line[i++]);
            else if (c == '"') quoted = !quoted;
            else if (c == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else field.Append(c);
        }

        if (quoted) throw new FormatException("extraneous or missing \" in quoted-field");
        fields.Add(field.ToString());
        return fields;
    }
}
