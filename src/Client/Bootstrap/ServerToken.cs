namespace Tiphys.Client;

/// <summary>
/// The one value with which a server joins: a bootstrap token, the key that opens the cluster's secrets, and the hash of the
/// cluster's authority, as <c>ID.SECRET.KEY.HASH</c>.
/// </summary>
/// <param name="Token">The bootstrap token.</param>
/// <param name="Key">Opens what the first server has uploaded.</param>
/// <param name="AuthorityHash">See <see cref="ClusterInfo.HashOf"/>.</param>
public sealed record ServerToken(BootstrapToken Token, CertificateKey Key, string AuthorityHash)
{
    /// <summary>Usage, as <c>tiphys token list</c> shows it, of tokens with which servers join.</summary>
    public const string Usage = "server";

    /// <summary>Group whose members may read the sealed secrets.</summary>
    public const string Group = "system:bootstrappers:tiphys:server-token";

    private const string HashPrefix = "sha256:";

    /// <summary>The token as users write it.</summary>
    public string Text => $"{Token.Text}.{Key.Text}.{AuthorityHash[HashPrefix.Length..]}";

    /// <summary>Reads a token; null when the text is none.</summary>
    public static ServerToken? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Split('.') is not [var id, var secret, var key, { Length: 64 } hash] || !hash.All(char.IsAsciiHexDigit)) return null;
        return BootstrapToken.Parse($"{id}.{secret}") is { } token && CertificateKey.Parse(key) is { } certificateKey ? new(token, certificateKey, HashPrefix + hash.ToLowerInvariant()) : null;
    }
}
