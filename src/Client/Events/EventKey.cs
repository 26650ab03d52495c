using Tiphys.Api.Core.V1;

namespace Tiphys.Client;

/// <summary>What the same event has in common each time; its source is the recorder's, the same for all.</summary>
internal readonly record struct EventKey(string Kind, string ApiVersion, string Namespace, string Name, string Uid, string? FieldPath, string Type, string Reason, string? Message)
{
    public static EventKey Of(Event item)
    {
        var about = item.InvolvedObject;
        return new(about.Kind, about.ApiVersion, about.Namespace, about.Name, about.Uid, about.FieldPath, item.Type, item.Reason, item.Message);
    }

    /// <summary>What similar events have in common.</summary>
    public EventKey WithoutMessage() => this with { FieldPath = null, Message = null };
}
