namespace Tiphys.Api;

/// <summary>Bytes that do not decode into the type they claim to be; the message is in upstream's words.</summary>
public sealed class ApiDecodeException : Exception
{
    /// <summary>Says what does not fit.</summary>
    public ApiDecodeException(string message, Exception? inner = null) : base(message, inner) { }
}
