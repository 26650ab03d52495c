using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tiphys.ApiServer;

/// <summary>Texts in messages.</summary>
internal static class GoText
{
    /// <summary>A text in quotes, with what is special in it escaped.</summary>
    public static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
