using System.Text.Json.Serialization;

namespace Tiphys.Controllers;

/// <summary>Writes strings as JSON without reflection.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class JsonText : JsonSerializerContext;
