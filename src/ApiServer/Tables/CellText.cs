using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Api.Rbac.V1;

namespace Tiphys.ApiServer;

/// <summary>Texts that several printers share.</summary>
internal static class CellText
{
    public const string None = "<none>";
    public const string Unset = "<unset>";

    public static string Age(IKubernetesObject item, DateTimeOffset now) => HumanDuration.Since(item.Metadata.CreationTimestamp, now);

    public static string Or(string? text, string otherwise) => string.IsNullOrEmpty(text) ? otherwise : text;

    public static string Labels(Dictionary<string, string>? labels) => labels is not { Count: > 0 } ? None
        : string.Join(',', labels.OrderBy(static l => l.Key, StringComparer.Ordinal).Select(static l => $"{l.Key}={l.Value}"));

    public static string Selector(LabelSelector? selector)
    {
        try
        {
            return Or(LabelQuery.Of(selector).ToString(), None);
        }
        catch (FormatException)
        {
            return "<error>";
        }
    }

    public static string Names(IEnumerable<Container> containers) => string.Join(',', containers.Select(static c => c.Name));

    public static string Images(IEnumerable<Container> containers) => string.Join(',', containers.Select(static c => c.Image));

    public static string AccessModes(List<string>? modes) => string.Join(',', new[] { ("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP") }
        .Where(m => modes?.Contains(m.Item1) == true).Select(static m => m.Item2));

    /// <summary>The first few of a list, and how many more there are.</summary>
    public static string Some(List<string> list, int most, string empty = None)
    {
        if (list.Count == 0) return empty;
        return list.Count <= most ? string.Join(',', list) : $"{string.Join(',', list.Take(most))} + {list.Count - most} more...";
    }

    public static (string Users, string Groups, string Accounts) Subjects(List<Subject>? subjects)
    {
        string Of(string kind, Func<Subject, string> name) => string.Join(", ", (subjects ?? []).Where(s => s.Kind == kind).Select(name));
        return (Of(RbacConstants.User, static s => s.Name), Of(RbacConstants.Group, static s => s.Name), Of(RbacConstants.ServiceAccount, static s => $"{s.Namespace}/{s.Name}"));
    }
}
