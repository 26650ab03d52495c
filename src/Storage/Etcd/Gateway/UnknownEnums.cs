using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;

namespace Tiphys.Storage.Etcd.Gateway;

/// <summary>Takes values out of a JSON message that an enum does not know: etcd's gateway passes them over, as it does unknown fields.</summary>
internal static class UnknownEnums
{
    /// <summary>The message without them; null when there are none.</summary>
    public static string? Without(string json, MessageDescriptor kind)
    {
        try
        {
            return JsonNode.Parse(json) is JsonObject message && Remove(message, kind) ? message.ToJsonString() : null;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // Broken, or a name is there twice.
            return null;
        }
    }

    private static bool Remove(JsonObject message, MessageDescriptor kind)
    {
        var removed = false;
        foreach (var (name, value) in message.ToArray())
        {
            if (kind.Fields.InDeclarationOrder().FirstOrDefault(f => f.Name == name || f.JsonName == name) is not { } field)
                continue;
            if (value is JsonArray items)
            {
                foreach (var item in items.Where(i => IsUnknown(i, field)).ToArray())
                    removed |= items.Remove(item);
                foreach (var item in items.OfType<JsonObject>())
                    removed |= IsMessage(field) && Remove(item, field.MessageType);
            }
            else if (IsUnknown(value, field))
            {
                removed |= message.Remove(name);
            }
            else if (value is JsonObject inner && IsMessage(field))
            {
                removed |= Remove(inner, field.MessageType);
            }
        }
        return removed;
    }

    private static bool IsMessage(FieldDescriptor field) => field.FieldType == FieldType.Message && !field.IsMap;

    private static bool IsUnknown(JsonNode? value, FieldDescriptor field) =>
        field.FieldType == FieldType.Enum && value is JsonValue given && given.TryGetValue<string>(out var name) && field.EnumType.FindValueByName(name) is null;
}
