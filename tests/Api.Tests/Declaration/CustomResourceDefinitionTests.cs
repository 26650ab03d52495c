using System.Text;
using System.Text.Json.Nodes;
using Tiphys.Api.ApiExtensions.V1;

namespace Tiphys.Api.Tests.Declaration;

public sealed class CustomResourceDefinitionTests
{
    private const string Definition = """
        {"kind":"CustomResourceDefinition","apiVersion":"apiextensions.k8s.io/v1","metadata":{"name":"boats.sea.example"},
         "spec":{"group":"sea.example","names":{"plural":"boats","kind":"Boat"},"scope":"Namespaced",
          "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},"schema":{"openAPIV3Schema":{"type":"object","properties":{
            "any":{"type":"object","additionalProperties":true},
            "none":{"type":"object","additionalProperties":false},
            "text":{"type":"object","additionalProperties":{"type":"string"}},
            "list":{"type":"array","items":{"type":"integer","default":3},"x-kubernetes-list-type":"set"},
            "pair":{"type":"array","items":[{"type":"string"},{"type":"integer"}]},
            "deps":{"type":"object","dependencies":{"a":["b","c"],"d":{"type":"object"}}},
            "pick":{"type":"string","enum":["a","b"],"$ref":"#/x"},
            "size":{"type":"number","maximum":1.5,"exclusiveMaximum":true,"x-kubernetes-validations":[{"rule":"self > 0.0","message":"too small"}]},
            "raw":{"type":"object","x-kubernetes-preserve-unknown-fields":true},
            "port":{"x-kubernetes-int-or-string":true}}}}}]},
         "status":{"conditions":null,"acceptedNames":{"plural":"","kind":""},"storedVersions":null}}
        """;

    [Fact]
    public void Its_schema_survives_json_and_protobuf()
    {
        var definition = ApiJson.Decode<CustomResourceDefinition>(Encoding.UTF8.GetBytes(Definition));
        var properties = definition.Spec.Versions[0].Schema!.OpenAPIV3Schema!.Properties!;
        Assert.True(properties["any"].AdditionalProperties!.Allows);
        Assert.False(properties["none"].AdditionalProperties!.Allows);
        Assert.Equal("string", properties["text"].AdditionalProperties!.Schema!.Type);
        Assert.Equal("3", properties["list"].Items!.Schema!.Default.ToString());
        Assert.Equal(2, properties["pair"].Items!.JSONSchemas!.Count);
        Assert.Equal(["b", "c"], properties["deps"].Dependencies!["a"].Property);

        var json = ApiJson.Encode(definition);
        var expected = JsonNode.Parse(Definition)!["spec"]!;
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(json)!["spec"]), Encoding.UTF8.GetString(json));

        var envelope = ApiProto.Open(ApiProto.Encode(definition));
        var again = new CustomResourceDefinition();
        ApiProto.DecodeInto(again, envelope.Raw);
        Assert.Equal(Encoding.UTF8.GetString(json), Encoding.UTF8.GetString(ApiJson.Encode(again)));
        Assert.Equal(Encoding.UTF8.GetString(json), Encoding.UTF8.GetString(ApiJson.Encode(again.DeepCopy())));
    }

    [Fact]
    public void Its_names_and_stored_version_are_filled_in()
    {
        var definition = ApiJson.Decode<CustomResourceDefinition>(Encoding.UTF8.GetBytes(Definition));
        definition.ApplyDefaults();
        Assert.Equal(("boat", "BoatList"), (definition.Spec.Names.Singular, definition.Spec.Names.ListKind));
        Assert.Equal(ConversionStrategyType.None, definition.Spec.Conversion!.Strategy);
        Assert.Equal(["v1"], definition.Status.StoredVersions);
    }

    [Fact]
    public void A_number_is_no_schema()
    {
        Assert.Throws<ApiDecodeException>(() => ApiJson.Decode<JSONSchemaProps>("""{"additionalProperties":1}"""u8));
    }
}
