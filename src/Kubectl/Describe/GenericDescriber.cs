using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;
using Tiphys.Kubectl.Printing;
using Tiphys.Kubectl.Resources;

namespace Tiphys.Kubectl.Describe;

/// <summary>Describes objects of any kind by going through their fields.</summary>
internal sealed class GenericDescriber(DiscoveredResource resource) : IDescriber
{
    private static readonly string[] s_shownAbove = [".metadata.managedFields", ".metadata.name", ".metadata.namespace", ".metadata.labels", ".metadata.annotations"];
    private static readonly string[] s_acronyms = ["API", "URL", "UID", "GUID"];

    public async Task<string> DescribeAsync(DescribeSession session, string ns, string name, CancellationToken cancel)
    {
        var item = await new ResourceApi(session.Client).GetAsync(resource.Path(ns, name), cancel);
        var metadata = new ObjectMeta { Name = Json.Name(item), Namespace = Json.Namespace(item), Uid = Json.Text(item, "metadata", "uid") };
        var events = await session.EventsAsync(resource.Kind, metadata, null, cancel);
        var writer = new DescriptionWriter(session.Time);
        writer.Field("Name", metadata.Name);
        writer.Field("Namespace", metadata.Namespace);
        writer.Labels("Labels", Json.Labels(item));
        writer.Annotations("Annotations", Map(item, "annotations"));
        Fields(item, "", 0, writer);
        if (events is not null) EventsDescription.Write(events, writer);
        return writer.ToString();
    }

    private static Dictionary<string, string> Map(JsonObject item, string field) =>
        Json.At(item, "metadata", field) is JsonObject map ? map.ToDictionary(static f => f.Key, static f => Json.Text(f.Value)) : [];

    private static void Fields(JsonObject map, string path, int level, DescriptionWriter writer)
    {
        foreach (var (name, value) in map.OrderBy(static f => f.Key, StringComparer.Ordinal))
        {
            var here = $"{path}.{name}";
            if (s_shownAbove.Contains(here)) continue;
            switch (value)
            {
                case JsonObject child:
                    writer.Write(level, Title(name) + ":\n");
                    Fields(child, here, level + 1, writer);
                    break;
                case JsonArray list:
                    writer.Write(level, Title(name) + ":\n");
                    foreach (var entry in list)
                    {
                        if (entry is JsonObject element) Fields(element, here, level + 1, writer);
                        else writer.Write(level + 1, GoText.Plain(entry) + "\n");
                    }

                    break;
                default:
                    writer.Field(Title(name), value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : GoText.Plain(value), level);
                    break;
            }
        }
    }

    /// <summary>A field's name as a title: words apart, the first letter large, some acronyms all large.</summary>
    internal static string Title(string field)
    {
        if (field.Any(static c => !char.IsLetter(c) && c != '-')) return field;
        var words = new List<string>();
        foreach (var word in Merged(Words(field)))
        {
            if (s_acronyms.Contains(word.ToUpperInvariant())) words.Add(word.ToUpperInvariant());
            else if (!word.Any(char.IsUpper)) words.Add(word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]);
            else words.Add(word);
        }

        return string.Join(' ', words);
    }

    /// <summary>Capitals that a word follows at once belong to it: <c>pod</c>, <c>CIDRs</c>.</summary>
    private static IEnumerable<string> Merged(List<string> words)
    {
        for (var i = 0; i < words.Count; i++)
        {
            if (i + 1 < words.Count && words[i].Length >= 2 && words[i].All(static c => !char.IsLetter(c) || char.IsUpper(c)) && char.IsUpper(words[i + 1][0]))
            {
                yield return words[i] + words[i + 1];
                i++;
            }
            else yield return words[i];
        }
    }

    private static List<string> Words(string field)
    {
        var runs = new List<StringBuilder>();
        var last = -1;
        foreach (var c in field)
        {
            var sort = char.IsLower(c) ? 1 : char.IsUpper(c) ? 2 : 3;
            if (sort == last) runs[^1].Append(c);
            else runs.Add(new StringBuilder().Append(c));
            last = sort;
        }

        // The last capital of a run begins the word that follows it.
        for (var i = 0; i + 1 < runs.Count; i++)
        {
            if (!char.IsUpper(runs[i][0]) || !char.IsLower(runs[i + 1][0])) continue;
            runs[i + 1].Insert(0, runs[i][^1]);
            runs[i].Length--;
        }

        return [.. runs.Select(static r => r.ToString()).Where(static w => w.Length > 0)];
    }
}
