using Tiphys.Api;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Client;

/// <summary>One change that a watch brought.</summary>
/// <typeparam name="T">Kind of the object.</typeparam>
/// <param name="Type">One of <see cref="WatchEventType"/>, never ERROR.</param>
/// <param name="Object">The object after the change, or before its deletion; bookmarks carry only a resourceVersion.</param>
public readonly record struct WatchEvent<T>(string Type, T Object) where T : class, IKubernetesObject<T>
{
    /// <summary>Decodes one frame of a watch.</summary>
    /// <exception cref="ApiException">The frame is an ERROR.</exception>
    internal static WatchEvent<T> Decode(ReadOnlySpan<byte> frame)
    {
        var reader = new ApiJsonReader(frame);
        var type = "";
        T? item = null;
        Status? error = null;
        if (reader.BeginObject())
        {
            while (reader.NextField())
            {
                if (reader.FieldName.SequenceEqual("type"u8)) type = reader.String();
                else if (!reader.FieldName.SequenceEqual("object"u8)) reader.Skip();
                else if (type == WatchEventType.Error) error = reader.Message<Status>();
                else item = reader.Message<T>();
            }
        }

        if (type == WatchEventType.Error) throw new ApiException(error ?? new Status { Result = "Failure", Code = 500, Reason = "InternalError" });
        return new WatchEvent<T>(type, item ?? T.New());
    }
}
