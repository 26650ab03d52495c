using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tiphys.Client;
using Tiphys.Kubectl.Access;
using Tiphys.Kubectl.CommandLine;

namespace Tiphys.Kubectl.Resources;

/// <summary>Reads objects from files, directories, URLs and standard input.</summary>
internal sealed class ManifestReader(Cluster cluster, Stream input)
{
    private static readonly string[] s_extensions = [".json", ".yaml", ".yml"];

    /// <summary>The files that the flags name, in order; <c>-</c> stands for standard input.</summary>
    /// <exception cref="ErrorList">Some are not there.</exception>
    public static (List<string> Paths, bool SingleItem) Find(FileFlags flags)
    {
        flags.Validate();
        var paths = new List<string>();
        var errors = new List<Exception>();
        var several = false;
        foreach (var name in flags.Files)
        {
            if (name == "-" || IsUrl(name))
            {
                several |= name == "-";
                if (name == "-" && paths.Contains("-")) errors.Add(new KubectlException("standard input cannot be used for multiple arguments"));
                paths.Add(name);
                continue;
            }

            var matches = Path.Exists(name) ? [name] : Matches(name);
            if (matches.Count == 0) errors.Add(new KubectlException($"the path {Quoting.Quote(name)} does not exist"));
            foreach (var match in matches)
            {
                var files = Files(match, flags.Recursive);
                several |= files.Count > 1;
                paths.AddRange(files);
            }

            if (paths.Count == 0 && errors.Count == 0) errors.Add(new KubectlException($"error reading [{string.Join(' ', matches)}]: recognized file extensions are [{string.Join(' ', s_extensions)}]"));
        }

        ErrorList.ThrowIfAny(errors);
        return (paths, !several && paths.Count == 1);
    }

    /// <summary>The objects of one file, in order.</summary>
    public async IAsyncEnumerable<Found> ReadAsync(string path, Action<JsonObject>? check, [EnumeratorCancellation] CancellationToken cancel)
    {
        var source = path == "-" ? "STDIN" : path;
        var (documents, problem) = await DocumentsAsync(path, source, cancel);
        foreach (var document in documents)
        {
            var (found, fatal) = await InfoAsync(document, source, check, cancel);
            yield return found;
            if (fatal) yield break;
        }

        if (problem is not null) yield return problem;
    }

    private static bool IsUrl(string name) => name.StartsWith("http://", StringComparison.Ordinal) || name.StartsWith("https://", StringComparison.Ordinal);

    private static List<string> Matches(string pattern)
    {
        var folder = Path.GetDirectoryName(pattern);
        if (string.IsNullOrEmpty(folder)) folder = ".";
        if (pattern.AsSpan().IndexOfAny('*', '?', '[') < 0 || !Directory.Exists(folder)) return [];
        var found = Directory.EnumerateFileSystemEntries(folder, Path.GetFileName(pattern)).Order(StringComparer.Ordinal);
        return [.. found.Select(f => pattern.StartsWith("./", StringComparison.Ordinal) || !f.StartsWith("./", StringComparison.Ordinal) ? f : f[2..])];
    }

    private static List<string> Files(string path, bool recursive)
    {
        if (!Directory.Exists(path)) return [path];
        var files = new List<string>();
        foreach (var entry in Directory.EnumerateFileSystemEntries(path).Order(StringComparer.Ordinal))
        {
            if (!Directory.Exists(entry))
            {
                if (s_extensions.Contains(Path.GetExtension(entry))) files.Add(entry);
            }
            else if (recursive) files.AddRange(Files(entry, recursive));
        }

        return files;
    }

    private async Task<(List<byte[]> Documents, Exception? Problem)> DocumentsAsync(string path, string source, CancellationToken cancel)
    {
        string text;
        if (path == "-") text = await new StreamReader(input, Encoding.UTF8).ReadToEndAsync(cancel);
        else if (IsUrl(path)) text = await DownloadAsync(path, cancel);
        else
        {
            try
            {
                text = await File.ReadAllTextAsync(path, cancel);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return ([], new KubectlException(e is UnauthorizedAccessException ? $"open {path}: permission denied" : e.Message));
            }
        }

        try
        {
            return (text.AsSpan().TrimStart().StartsWith("{") ? JsonDocuments(text) : YamlJson.Convert(new StringReader(text)), null);
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return ([], new KubectlException($"error parsing {source}: {e.Message}"));
        }
    }

    /// <summary>JSON documents one behind the other; YAML behind them would be possible too, but nobody writes that.</summary>
    private static List<byte[]> JsonDocuments(string text)
    {
        var documents = new List<byte[]>();
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { AllowMultipleValues = true, MaxDepth = 512 });
        while (reader.Read())
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            documents.Add(bytes[start..(int)reader.BytesConsumed]);
        }

        return documents;
    }

    private static async Task<string> DownloadAsync(string url, CancellationToken cancel)
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(url), cancel);
        if (!response.IsSuccessStatusCode) throw new KubectlException($"unable to read URL {Quoting.Quote(url)}, server reported {(int)response.StatusCode} {response.ReasonPhrase}, status code={(int)response.StatusCode}");
        return await response.Content.ReadAsStringAsync(cancel);
    }

    private async Task<(Found Found, bool Fatal)> InfoAsync(byte[] document, string source, Action<JsonObject>? check, CancellationToken cancel)
    {
        if (Json.Parse(document) is not JsonObject item)
        {
            if (check is not null) return (Invalid(source, "invalid object to validate"), true);
            return (new KubectlException($"unable to decode {Quoting.Quote(source)}: json: cannot unmarshal {Encoding.UTF8.GetString(document)} into an object"), false);
        }

        try
        {
            check?.Invoke(item);
        }
        catch (KubectlException e)
        {
            return (Invalid(source, e.Message), true);
        }

        if (Json.Kind(item).Length == 0) return (new KubectlException($"unable to decode {Quoting.Quote(source)}: Object 'Kind' is missing in '{Encoding.UTF8.GetString(Json.Bytes(item))}'"), false);
        if (Json.ApiVersion(item).Length == 0 && !Json.IsList(item)) return (new KubectlException($"unable to decode {Quoting.Quote(source)}: Object 'apiVersion' is missing in '{Encoding.UTF8.GetString(Json.Bytes(item))}'"), false);
        if (Json.IsList(item)) return (new ResourceInfo(s_list, "", "") { Source = source, Object = item }, false);
        var mapper = await cluster.MapperAsync(cancel);
        try
        {
            return (Of(item, mapper, source, $"resource mapping not found for name: \"{Json.Name(item)}\" namespace: \"{Json.Namespace(item)}\" from {Quoting.Quote(source)}: ", "\nensure CRDs are installed first"), false);
        }
        catch (KubectlException e)
        {
            return (e, false);
        }
    }

    private static KubectlException Invalid(string source, string problem) =>
        new($"error validating {Quoting.Quote(source)}: error validating data: {problem}; if you choose to ignore these errors, turn validation off with --validate=false");

    /// <summary>An object with its resource.</summary>
    /// <exception cref="KubectlException">The server does not know the kind.</exception>
    public static ResourceInfo Of(JsonObject item, ResourceMapper mapper, string source, string before, string after)
    {
        var (group, version) = Json.GroupVersion(Json.ApiVersion(item));
        var resource = mapper.FindKind(group, Json.Kind(item), version) ?? throw new KubectlException($"{before}no matches for kind \"{Json.Kind(item)}\" in version \"{Json.ApiVersion(item)}\"{after}");
        return new ResourceInfo(resource, Json.Namespace(item), Json.Name(item)) { Source = source, Object = item };
    }

    /// <summary>Lists in manifests have no resource of their own; they are spread out before anybody asks for it.</summary>
    private static readonly DiscoveredResource s_list = new("", "v1", "lists", "list", "List", false, [], [], []);
}
