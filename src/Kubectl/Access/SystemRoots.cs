using System.Runtime.InteropServices;

namespace Tiphys.Kubectl.Access;

/// <summary>
/// The system's certificate authorities, which .NET loads, all of them, to build a chain for a client certificate before it sends
/// it. A cluster with an authority of its own has no use for them, and they take longer than the request.
/// </summary>
internal static partial class SystemRoots
{
    private const string Nowhere = "/nonexistent";

    /// <summary>Has OpenSSL look for the authorities where there are none. Too late once they are loaded; harmless then.</summary>
    public static void Skip()
    {
        // Manifests from the web do need them.
        if (OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() || Environment.GetCommandLineArgs().Any(static a => a.Contains("https://", StringComparison.Ordinal))) return;
        _ = SetEnvironment("SSL_CERT_DIR", Nowhere, 1);
        _ = SetEnvironment("SSL_CERT_FILE", Nowhere, 1);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
