using System.Globalization;
using System.Text;

namespace Tiphys.Client;

/// <summary>What a list or watch asks for (upstream's ListOptions as a query string).</summary>
public sealed record ListQuery
{
    /// <summary>Everything, fresh.</summary>
    public static ListQuery All { get; } = new();

    /// <summary>Only objects whose labels match.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Only objects whose fields match, for example <c>spec.nodeName=a</c>.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>For lists: at least this revision ("0": any the server has at hand). For watches: events after it.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Page size; 0 for no pages.</summary>
    public int Limit { get; init; }

    /// <summary>Token of the next page.</summary>
    public string? Continue { get; init; }

    /// <summary>Seconds after which the server ends the watch.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>Whether the watch brings bookmarks.</summary>
    public bool AllowWatchBookmarks { get; init; }

    /// <summary>Whether to watch.</summary>
    public bool Watch { get; init; }

    internal string ToQueryString()
    {
        var text = new StringBuilder();
        Add("labelSelector", LabelSelector);
        Add("fieldSelector", FieldSelector);
        Add("resourceVersion", ResourceVersion);
        Add("continue", Continue);
        if (Limit > 0) Add("limit", Limit.ToString(CultureInfo.InvariantCulture));
        if (TimeoutSeconds is { } seconds) Add("timeoutSeconds", seconds.ToString(CultureInfo.InvariantCulture));
        if (AllowWatchBookmarks) Add("allowWatchBookmarks", "true");
        if (Watch) Add("watch", "true");
        return text.ToString();

        void Add(string name, string? value)
        {
            if (string.IsNullOrEmpty(value)) return;
            text.Append(text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }
    }
}
