using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Core.V1;

/// <summary>Configuration as keys and values.</summary>
[ApiKind("", "v1", Resource = "configmaps", ShortNames = ["cm"])]
public sealed partial class ConfigMap : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Once true, data can no longer change.</summary>
    [Field(4)]
    public bool? Immutable { get; set; }

    /// <summary>Text by key.</summary>
    [Field(2)]
    public Dictionary<string, string>? Data { get; set; }

    /// <summary>Bytes by key; keys must not occur in data.</summary>
    [Field(3)]
    public Dictionary<string, byte[]>? BinaryData { get; set; }
}
