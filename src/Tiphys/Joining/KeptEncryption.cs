using Tiphys.Server;

namespace Tiphys.Joining;

/// <summary>
/// Has a server go on encrypting as it last did: a start that forgot the flag would otherwise write Secrets in plain text beside those it
/// can no longer read. Whoever wants that names the flag with nothing.
/// </summary>
internal static class KeptEncryption
{
    /// <summary>The options with the encryption of the last start, unless they say otherwise.</summary>
    public static ServerOptions Apply(ServerOptions options, ServerRecord? last)
    {
        if (last?.EncryptionProviderConfig is not { } config || options.Given.Contains("--encryption-provider-config")) return options;
        return options with { EncryptionProviderConfig = config, EncryptionReload = options.EncryptionReload || last.EncryptionReload };
    }
}
