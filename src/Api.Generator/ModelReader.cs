using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Tiphys.Api.Generator;

/// <summary>Reads a declared class into its model.</summary>
internal static class ModelReader
{
    private const string Attributes = "Tiphys.Api.";

    public static TypeModel Read(INamedTypeSymbol type)
    {
        var embedded = Find(type, "EmbedsBaseAttribute");
        var baseType = embedded is null ? null : type.BaseType;
        return new TypeModel(
            type.ContainingNamespace.ToDisplayString(),
            type.Name,
            Doc(type),
            type.AllInterfaces.Any(static i => i.Name == "IKubernetesObject"),
            Find(type, "AtomicAttribute") is not null,
            Kind(Find(type, "ApiKindAttribute")),
            baseType is null ? null : Global(baseType),
            embedded is null ? 0 : (int)embedded.ConstructorArguments[0].Value!,
            embedded is null ? 0 : Named(embedded, "After")?.Value as int? ?? 0,
            new(baseType is null ? [] : AllFields(baseType)),
            new(Fields(type)));
    }

    private static KindModel? Kind(AttributeData? kind) => kind is null ? null : new KindModel(
        (string)kind.ConstructorArguments[0].Value!,
        (string)kind.ConstructorArguments[1].Value!,
        Named(kind, "Resource")?.Value as string,
        Named(kind, "Singular")?.Value as string,
        Named(kind, "Namespaced")?.Value as bool? ?? true,
        new(Strings(Named(kind, "ShortNames"))),
        new(Strings(Named(kind, "Categories"))));

    /// <summary>The fields of a base in JSON order, those of its own embedded base among them.</summary>
    private static List<FieldModel> AllFields(INamedTypeSymbol type)
    {
        var own = Fields(type).ToList();
        if (Find(type, "EmbedsBaseAttribute") is { } embedded && type.BaseType is { } inner) own.InsertRange(Named(embedded, "After")?.Value as int? ?? 0, AllFields(inner));
        return own;
    }

    private static IEnumerable<FieldModel> Fields(INamedTypeSymbol type) =>
        type.GetMembers().OfType<IPropertySymbol>().Select(Field).Where(static f => f is not null)!;

    private static FieldModel? Field(IPropertySymbol property)
    {
        if (Find(property, "FieldAttribute") is not { } declared) return null;
        var micro = Find(property, "MicroTimeAttribute") is not null;
        var (type, nullable) = Unwrap(property.Type);
        var (shape, element) = Shaped(type);
        var scalar = ScalarOf(element, micro);
        var merge = Find(property, "PatchMergeAttribute");
        var required = Find(property, "RequiredAttribute");
        var constant = Find(property, "DefaultAttribute");
        return new FieldModel(
            property.Name,
            Named(declared, "Name")?.Value as string ?? char.ToLowerInvariant(property.Name[0]) + property.Name.Substring(1),
            (int)declared.ConstructorArguments[0].Value!,
            Doc(property),
            shape,
            scalar,
            scalar == Scalar.Message ? Global(element) : null,
            nullable)
        {
            Required = required is not null,
            AlwaysShown = Find(property, "AlwaysShownAttribute") is not null || (required is not null && Named(required, "OmitEmpty")?.Value is not true),
            NullWhenUnset = Find(property, "NullWhenUnsetAttribute") is not null,
            Atomic = Find(property, "AtomicAttribute") is not null,
            Granular = Find(property, "GranularAttribute") is not null,
            ListSet = Find(property, "ListSetAttribute") is not null,
            ListMapKeys = Find(property, "ListMapAttribute") is { } map ? new(Strings(map.ConstructorArguments[0])) : null,
            PatchMerge = merge is not null,
            PatchMergeKey = merge?.ConstructorArguments.Select(static a => a.Value as string).FirstOrDefault(),
            RetainKeys = Find(property, "PatchRetainKeysAttribute") is not null || (merge is not null && Named(merge, "RetainKeys")?.Value is true),
            PatchReplace = Find(property, "PatchReplaceAttribute") is not null,
            WithTypeMeta = Find(property, "WithTypeMetaAttribute") is not null,
            ItemsMessage = Find(property, "ItemsMessageAttribute") is not null,
            Enum = Find(property, "OneOfAttribute") is { } oneOf ? new(Constants((INamedTypeSymbol)oneOf.ConstructorArguments[0].Value!)) : null,
            RawType = Find(property, "RawTypeAttribute")?.ConstructorArguments[0].Value as string,
            Default = constant?.ConstructorArguments[0].ToCSharpString(),
            DefaultPublished = constant is not null && Named(constant, "Published")?.Value is true,
        };
    }

    private static (ITypeSymbol Type, bool Nullable) Unwrap(ITypeSymbol type)
    {
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } value) return (value.TypeArguments[0], true);
        return (type, type.NullableAnnotation == NullableAnnotation.Annotated);
    }

    private static (Shape Shape, ITypeSymbol Element) Shaped(ITypeSymbol type) => type switch
    {
        INamedTypeSymbol { Name: "List", TypeArguments.Length: 1 } list => (Shape.List, list.TypeArguments[0]),
        INamedTypeSymbol { Name: "Dictionary", TypeArguments.Length: 2 } map when map.TypeArguments[1] is INamedTypeSymbol { Name: "List" } list =>
            (Shape.MapOfLists, list.TypeArguments[0]),
        INamedTypeSymbol { Name: "Dictionary", TypeArguments.Length: 2 } map => (Shape.Map, map.TypeArguments[1]),
        _ => (Shape.Single, type),
    };

    private static Scalar ScalarOf(ITypeSymbol type, bool micro) => type.SpecialType switch
    {
        SpecialType.System_String => Scalar.String,
        SpecialType.System_Boolean => Scalar.Boolean,
        SpecialType.System_Int32 => Scalar.Int32,
        SpecialType.System_Int64 => Scalar.Int64,
        SpecialType.System_Double => Scalar.Double,
        _ => type switch
        {
            IArrayTypeSymbol => Scalar.Bytes,
            { Name: "DateTimeOffset" } => micro ? Scalar.MicroTime : Scalar.Time,
            { Name: "TimeSpan" } => Scalar.Duration,
            { Name: "Quantity" } => Scalar.Quantity,
            { Name: "IntOrString" } => Scalar.IntOrString,
            { Name: "RawJson" } => Scalar.Raw,
            _ => Scalar.Message,
        },
    };

    private static IEnumerable<string> Constants(INamedTypeSymbol type) =>
        type.GetMembers().OfType<IFieldSymbol>().Where(static f => f.IsConst).Select(static f => (string)f.ConstantValue!);

    private static AttributeData? Find(ISymbol symbol, string name) =>
        symbol.GetAttributes().FirstOrDefault(a => a.AttributeClass?.ToDisplayString() == Attributes + name);

    private static TypedConstant? Named(AttributeData attribute, string name) =>
        attribute.NamedArguments.Where(a => a.Key == name).Select(static a => (TypedConstant?)a.Value).FirstOrDefault();

    private static IEnumerable<string> Strings(TypedConstant? values) =>
        values is { Kind: TypedConstantKind.Array } array ? array.Values.Select(static v => (string)v.Value!) : [];

    private static string Global(ITypeSymbol type) =>
        type.WithNullableAnnotation(NullableAnnotation.None).ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);

    /// <summary>The docstring's summary as plain text.</summary>
    private static string Doc(ISymbol symbol)
    {
        var xml = symbol.GetDocumentationCommentXml();
        if (string.IsNullOrEmpty(xml)) return "";
        XElement? summary;
        try
        {
            summary = XElement.Parse(xml!).Element("summary");
        }
        catch (System.Xml.XmlException)
        {
            return "";
        }

        if (summary is null) return "";
        foreach (var reference in summary.Descendants().Where(static e => e.IsEmpty).ToList())
        {
            var name = (string?)reference.Attribute("cref") ?? (string?)reference.Attribute("langword") ?? (string?)reference.Attribute("name") ?? "";
            reference.ReplaceWith(name.Substring(name.LastIndexOf('.') + 1));
        }

        return Regex.Replace(summary.Value, @"\s+", " ").Trim();
    }

    internal static string Literal(string text) => SymbolDisplay.FormatLiteral(text, quote: true);

    internal static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
