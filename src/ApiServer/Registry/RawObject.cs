using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>Objects that servers keep in the store for themselves and never serve, encoded as upstream encodes them: in protobuf.</summary>
internal static class RawObject
{
    /// <summary>Encodes an object for the store.</summary>
    public static byte[] Encode(IKind item) => ApiProto.Encode(item);

    /// <summary>Decodes what any server has stored: protobuf, or JSON by <c>--storage-media-type</c>.</summary>
    /// <exception cref="ApiDecodeException">The bytes are neither.</exception>
    public static T Decode<T>(ReadOnlySpan<byte> stored) where T : class, IApiMessage<T>
    {
        var item = T.New();
        if (stored.StartsWith(ApiProto.Magic)) ApiProto.DecodeInto(item, ApiProto.Open(stored).Raw);
        else ApiJson.DecodeInto(item, stored);
        return item;
    }
}
