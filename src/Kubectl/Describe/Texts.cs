using System.Globalization;
using Tiphys.Api;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Kubectl.Describe;

/// <summary>Values as descriptions show them.</summary>
internal static class Texts
{
    public const string None = "<none>";
    public const string Unset = "<unset>";
    public const string Unknown = "<unknown>";

    /// <summary>A point in time, in local time (RFC 1123 with a numeric zone).</summary>
    public static string Time(DateTimeOffset? time)
    {
        if (time is not { } known) return "Mon, 01 Jan 0001 00:00:00 +0000";
        var local = known.ToLocalTime();
        var zone = local.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);
        return local.ToString("ddd, dd MMM yyyy HH:mm:ss ", CultureInfo.InvariantCulture) + zone;
    }

    public static string Bool(bool value) => value ? "true" : "false";

    public static string TrueFalse(bool value) => value ? "True" : "False";

    public static string Or(string? text, string other) => string.IsNullOrEmpty(text) ? other : text;

    /// <summary>A list as Go prints slices.</summary>
    public static string List(IEnumerable<string>? items) => $"[{string.Join(' ', items ?? [])}]";

    public static string Map(IReadOnlyDictionary<string, string>? map) => $"map[{string.Join(' ', DescriptionWriter.Sorted(map).Select(static e => $"{e.Key}:{e.Value}"))}]";

    /// <summary>Labels on one line.</summary>
    public static string Labels(IReadOnlyDictionary<string, string>? labels) =>
        labels is null || labels.Count == 0 ? None : string.Join(',', DescriptionWriter.Sorted(labels).Select(static l => $"{l.Key}={l.Value}"));

    /// <summary>A selector; <c>&lt;none&gt;</c> when it is empty or missing.</summary>
    public static string Selector(LabelSelector? selector) => Or(LabelQuery.Of(selector).ToString(), None);

    /// <summary>The controller of an object, as kind and name; empty when it has none.</summary>
    public static string Controller(ObjectMeta metadata) => metadata.OwnerReferences?.Find(static o => o.Controller == true) is { } owner ? $"{owner.Kind}/{owner.Name}" : "";

    /// <summary>Access modes in short.</summary>
    public static string AccessModes(List<string>? modes)
    {
        (string Mode, string Short)[] all = [("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP")];
        return string.Join(',', all.Where(m => modes?.Contains(m.Mode) == true).Select(static m => m.Short));
    }
}
