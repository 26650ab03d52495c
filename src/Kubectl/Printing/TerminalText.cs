namespace Tiphys.Kubectl.Printing;

/// <summary>Keeps control sequences in objects from reaching the terminal.</summary>
internal static class TerminalText
{
    public static string Escape(string text) => text.Replace("\x1b", "^[", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal);
}
