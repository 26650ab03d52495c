using System.Text;
using static Tiphys.Api.Generator.ModelReader;

namespace Tiphys.Api.Generator;

/// <summary>Writes the schema and the kind's names.</summary>
internal static class SchemaEmitter
{
    public static void Emit(StringBuilder text, TypeModel type)
    {
        var hides = TypeEmitter.New(type);
        if (type.Kind is { } kind)
        {
            text.AppendLine($"    public static KindInfo Info {{ get; }} = new({Literal(kind.Group)}, {Literal(kind.Version)}, {Literal(type.Name)}, static () => new {type.Name}(), static () => TypeSchema)");
            text.Append($"    {{ Resource = {Literal(kind.Resource ?? "")}, Namespaced = {(kind.Namespaced ? "true" : "false")}");
            if (kind.Singular is not null) text.Append($", Singular = {Literal(kind.Singular)}");
            if (kind.ShortNames.Count > 0) text.Append($", ShortNames = [{Literals(kind.ShortNames)}]");
            if (kind.Categories.Count > 0) text.Append($", Categories = [{Literals(kind.Categories)}]");
            text.AppendLine(" };");
            text.AppendLine("    KindInfo IKind.KindInfo => Info;");
        }

        text.AppendLine($"    public static {hides}ObjectSchema TypeSchema {{ get; }} = new({Literal(OpenApiName(type))}, {Literal(type.Doc)}, static () =>");
        text.AppendLine("    [");
        if (type.Kind is not null)
        {
            text.AppendLine("        new FieldSchema(\"apiVersion\", 0, Schemas.String, TypeMetaDocs.ApiVersion),");
            text.AppendLine("        new FieldSchema(\"kind\", 0, Schemas.String, TypeMetaDocs.Kind),");
        }

        foreach (var field in type.AllFields)
        {
            text.Append($"        new FieldSchema({Literal(field.Name)}, {Number(field.Number)}, {Value(field)}, {Literal(field.Doc)})");
            var facts = Facts(field);
            text.AppendLine(facts.Length > 0 ? $" {{ {facts} }}," : ",");
        }

        text.Append("    ])");
        var atomic = type.IsAtomic ? "Atomic = true, " : "";
        var info = type.Kind is not null ? "Kind = Info, " : "";
        if (atomic.Length + info.Length > 0) text.Append($" {{ {atomic}{info}}}");
        text.AppendLine(";");
        text.AppendLine($"    ObjectSchema IApiMessage.Schema => TypeSchema;");
        text.AppendLine($"    public static {hides}{type.Name} New() => new();");
    }

    private static string Facts(FieldModel field)
    {
        var facts = new List<string>();
        if (field.Required) facts.Add("Required = true");
        if (field.PatchMerge) facts.Add("PatchMerge = true");
        if (field.PatchMergeKey is not null) facts.Add($"PatchMergeKey = {Literal(field.PatchMergeKey)}");
        if (field.RetainKeys) facts.Add("PatchRetainKeys = true");
        if (field.PatchReplace) facts.Add("PatchReplace = true");
        if (field is { Shape: Shape.Single, Scalar: Scalar.Message, Nullable: false }) facts.Add("AlwaysThere = true");
        if ((field.DefaultPublished ? field.Default : Zero(field)) is { } constant) facts.Add($"Default = {constant}");
        return string.Join(", ", facts);
    }

    /// <summary>What JSON shows of a plain value that nobody gave.</summary>
    private static string? Zero(FieldModel field) => field is not { Shape: Shape.Single, AlwaysShown: true, Nullable: false } ? null : field.Scalar switch
    {
        Scalar.String => "\"\"",
        Scalar.Boolean => "false",
        Scalar.Int32 or Scalar.Int64 or Scalar.Double => "0",
        _ => null,
    };

    private static string Value(FieldModel field)
    {
        var atomic = field.Atomic ? ", atomic: true" : field.Granular ? ", granular: true" : "";
        var element = field switch
        {
            { Enum: { } values } => $"Schemas.OneOf({Literals(values)})",
            { RawType: { } name } => $"Schemas.RawType({Literal(name)})",
            { Scalar: Scalar.Message } => $"Schemas.Message(static () => {field.Message}.TypeSchema{(field.Shape == Shape.Single ? atomic : "")})",
            _ => "Schemas." + field.Scalar,
        };
        return field.Shape switch
        {
            Shape.List when field.ListMapKeys is { } keys => $"Schemas.List({element}, ListType.Map, {Literals(keys)})",
            Shape.List when field.ListSet => $"Schemas.List({element}, ListType.Set)",
            Shape.List => $"Schemas.List({element}{(field.Atomic ? "" : ", ListType.None")})",
            Shape.Map => $"Schemas.Map({element}{atomic})",
            Shape.MapOfLists => $"Schemas.Map(Schemas.List({element}, ListType.None){atomic})",
            _ => element,
        };
    }

    private static string Literals(IEnumerable<string> values) => string.Join(", ", values.Select(Literal));

    private static string OpenApiName(TypeModel type)
    {
        var place = type.Namespace.Substring("Tiphys.Api.".Length).ToLowerInvariant();
        var package = place.StartsWith("meta.", StringComparison.Ordinal) ? "io.k8s.apimachinery.pkg.apis."
            : place.StartsWith("apiextensions.", StringComparison.Ordinal) ? "io.k8s.apiextensions-apiserver.pkg.apis."
            : place.StartsWith("apiregistration.", StringComparison.Ordinal) ? "io.k8s.kube-aggregator.pkg.apis."
            : "io.k8s.api.";
        return package + place + "." + type.Name;
    }
}
