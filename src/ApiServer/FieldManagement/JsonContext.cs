using System.Text.Json.Nodes;

namespace Tiphys.ApiServer;

/// <summary>Lets the serializer work without reflection.</summary>
[System.Text.Json.Serialization.JsonSerializable(typeof(JsonNode))]
internal sealed partial class JsonContext : System.Text.Json.Serialization.JsonSerializerContext;
