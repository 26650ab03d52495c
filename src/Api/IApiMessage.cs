using System.Text.Json;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Api;

/// <summary>
/// An API message: any declared type, whether a kind or a part of one. The generator implements it from the declaration.
/// </summary>
public interface IApiMessage
{
    /// <summary>The schema derived from the type's declaration.</summary>
    ObjectSchema Schema { get; }

    /// <summary>Writes the message as one JSON object.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="typeMeta">For kinds: whether <c>kind</c> and <c>apiVersion</c> come first; items of a list leave them out.</param>
    void WriteJson(Utf8JsonWriter writer, bool typeMeta = true);

    /// <summary>Merges a JSON object (the reader stands before it) into this message.</summary>
    /// <exception cref="ApiDecodeException">The JSON does not fit the type.</exception>
    void ReadJson(ref ApiJsonReader reader);

    /// <summary>Writes the message's protobuf fields, last field first, as <see cref="ProtoWriter"/> asks.</summary>
    void WriteProto(ProtoWriter writer);

    /// <summary>Merges protobuf fields into this message.</summary>
    /// <exception cref="ApiDecodeException">The bytes are not protobuf.</exception>
    void ReadProto(ref ProtoReader reader);

    /// <summary>Sets every missing field that has a default, here and below.</summary>
    void ApplyDefaults();

    /// <summary>A copy that shares no mutable part with this message.</summary>
    IApiMessage DeepCopyMessage();
}

/// <summary>An <see cref="IApiMessage"/> that knows its own type.</summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
public interface IApiMessage<TSelf> : IApiMessage
    where TSelf : class, IApiMessage<TSelf>
{
    /// <summary>The schema derived from the declaration.</summary>
    static abstract ObjectSchema TypeSchema { get; }

    /// <summary>An empty message.</summary>
    static abstract TSelf New();

    /// <summary>A copy that shares no mutable part with this message.</summary>
    TSelf DeepCopy();
}

/// <summary>A message that is a kind: it has a group, a version and a name of its own.</summary>
public interface IKind : IApiMessage
{
    /// <summary>Group, version, kind and resource of the object.</summary>
    KindInfo KindInfo { get; }
}

/// <summary>A kind that knows its own type.</summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
public interface IKind<TSelf> : IKind, IApiMessage<TSelf>
    where TSelf : class, IKind<TSelf>
{
    /// <summary>Group, version, kind and resource.</summary>
    static abstract KindInfo Info { get; }
}

/// <summary>A kind with object metadata: something that can be stored, listed and watched (upstream's <c>runtime.Object</c> with <c>metav1.Object</c>).</summary>
public interface IKubernetesObject : IKind
{
    /// <summary>Name, namespace, labels and the rest that every object has.</summary>
    ObjectMeta Metadata { get; set; }
}

/// <summary>An object that knows its own type; what clients, informers and stores are generic over.</summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
public interface IKubernetesObject<TSelf> : IKubernetesObject, IKind<TSelf>
    where TSelf : class, IKubernetesObject<TSelf>;
