namespace Tiphys.ApiServer;

/// <summary>The encodings the API speaks.</summary>
public enum WireFormat
{
    /// <summary>application/json.</summary>
    Json,

    /// <summary>application/yaml.</summary>
    Yaml,

    /// <summary>application/vnd.kubernetes.protobuf.</summary>
    Protobuf,
}

/// <summary>What an answer looks like.</summary>
/// <param name="Format">Its encoding.</param>
/// <param name="As">Another shape the client asked for: <c>Table</c>, <c>PartialObjectMetadata</c>, <c>PartialObjectMetadataList</c>; or null.</param>
/// <param name="Group">Group of that shape.</param>
/// <param name="Version">Version of that shape.</param>
public readonly record struct Accepted(WireFormat Format, string? As = null, string Group = "", string Version = "");

/// <summary>Reads Accept and Content-Type headers.</summary>
internal static class MediaTypes
{
    public const string Json = "application/json";
    public const string Yaml = "application/yaml";
    public const string Protobuf = "application/vnd.kubernetes.protobuf";
    public static readonly string[] Supported = [Json, Yaml, Protobuf];

    /// <summary>Frames of a watch.</summary>
    public static readonly string[] Streams = [Json + ";stream=watch", Protobuf + ";stream=watch"];

    /// <summary>Refuses a client that takes nothing the path has, before anything is looked up. Parameters do not count yet.</summary>
    /// <exception cref="StatusException">406.</exception>
    public static void Demand(string accept, params IReadOnlyList<string> available)
    {
        if (accept.Length == 0) return;
        foreach (var range in accept.Split(','))
        {
            var type = range.Split(';')[0].Trim();
            if (type == "*/*" || available.Contains(type)) return;
        }

        throw ApiErrors.NoRepresentation(available);
    }

    /// <summary>The first of the client's wishes that can be met.</summary>
    /// <param name="accept">The Accept header.</param>
    /// <param name="transforms">Whether other shapes (Table, ...) can be given.</param>
    /// <exception cref="StatusException">406.</exception>
    public static Accepted Negotiate(string accept, bool transforms)
    {
        if (accept is "" or "application/json" or "*/*") return new(WireFormat.Json);
        foreach (var range in accept.Split(','))
        {
            var parts = range.Split(';');
            if (FormatOf(parts[0].Trim()) is not { } format) continue;
            string? shape = null;
            var group = "";
            var version = "";
            foreach (var parameter in parts.AsSpan(1))
            {
                var pair = parameter.Trim().Split('=', 2);
                if (pair.Length != 2) continue;
                if (pair[0] == "as") shape = pair[1];
                else if (pair[0] == "g") group = pair[1];
                else if (pair[0] == "v") version = pair[1];
            }

            if (shape is null) return new(format);
            if (transforms && group == "meta.k8s.io" && version is "v1" or "v1beta1" && shape is "Table" or "PartialObjectMetadata" or "PartialObjectMetadataList")
            {
                if (shape == "Table" && format == WireFormat.Protobuf) continue;
                return new(format, shape, group, version);
            }
        }

        throw ApiErrors.NotAcceptable(Supported);
    }

    /// <summary>The body's encoding; JSON when the client does not say.</summary>
    /// <exception cref="StatusException">415.</exception>
    public static WireFormat OfBody(string? contentType)
    {
        if (string.IsNullOrEmpty(contentType)) return WireFormat.Json;
        var semicolon = contentType.IndexOf(';', StringComparison.Ordinal);
        var type = (semicolon < 0 ? contentType : contentType[..semicolon]).Trim();
        return type switch
        {
            Json => WireFormat.Json,
            Yaml or "application/x-yaml" or "text/yaml" => WireFormat.Yaml,
            Protobuf => WireFormat.Protobuf,
            _ => throw ApiErrors.UnsupportedMediaType(Supported),
        };
    }

    private static WireFormat? FormatOf(string type) => type switch
    {
        Json or "*/*" or "application/*" => WireFormat.Json,
        Yaml => WireFormat.Yaml,
        Protobuf => WireFormat.Protobuf,
        _ => null,
    };
}
