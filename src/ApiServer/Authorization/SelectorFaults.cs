using Tiphys.Api;
using Tiphys.Api.Authorization.V1;

namespace Tiphys.ApiServer;

/// <summary>Selectors of a review that cannot be read: they are left out of the decision, and the answer says so.</summary>
internal static class SelectorFaults
{
    /// <summary>What the answer says, empty when all was understood.</summary>
    public static string Of(ResourceAttributes? attributes)
    {
        var faults = new List<string>();
        if (attributes?.FieldSelector is { } fields)
        {
            var all = fields.Requirements ?? [];
            var unread = all.Count(static r => r is not { Operator: "In" or "NotIn", Values.Count: 1 });
            Add("fieldSelector", all.Count > 0 ? unread : IsRead(fields.RawSelector, static text => FieldQuery.Parse(text)) ? 0 : 1, all.Count);
        }

        if (attributes?.LabelSelector is { } labels)
        {
            var all = labels.Requirements ?? [];
            var unread = all.Count(static r => r.Operator is not ("In" or "NotIn" or "Exists" or "DoesNotExist"));
            Add("labelSelector", all.Count > 0 ? unread : IsRead(labels.RawSelector, static text => LabelQuery.Parse(text)) ? 0 : 1, all.Count);
        }

        return string.Join("; ", faults);

        void Add(string field, int unread, int all)
        {
            if (unread > 0) faults.Add($"spec.resourceAttributes.{field} {(unread < all ? "partially " : "")}ignored due to parse error");
        }
    }

    private static bool IsRead(string text, Action<string> parse)
    {
        if (text.Length == 0) return true;
        try
        {
            parse(text);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
