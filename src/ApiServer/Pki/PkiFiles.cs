using Tiphys.Client;

namespace Tiphys.ApiServer;

/// <summary>Reads and writes the files of the cluster's PKI: keys for the owner's eyes only, each text with its last newline.</summary>
internal static class PkiFiles
{
    public static string? TryRead(string path) => File.Exists(path) ? File.ReadAllText(path) : null;

    public static void WritePrivate(string path, string text) => WholeFile.WritePrivate(path, Ended(text));

    public static void WritePublic(string path, string text) => WholeFile.WritePublic(path, Ended(text));

    private static string Ended(string text) => text.EndsWith('\n') ? text : text + "\n";
}
