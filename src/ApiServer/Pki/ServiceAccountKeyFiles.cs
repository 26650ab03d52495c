using Tiphys.Client;

namespace Tiphys.ApiServer;

/// <summary>Keeps the key that signs tokens in files.</summary>
internal static class ServiceAccountKeyFiles
{
    /// <summary>Loads a key from a PEM file, or makes it.</summary>
    public static ServiceAccountKey Open(string keyPath, string publicKeyPath)
    {
        if (PkiFiles.TryRead(keyPath) is { } pem)
        {
            var loaded = ServiceAccountKey.Parse(pem);
            if (!File.Exists(publicKeyPath)) PkiFiles.WritePublic(publicKeyPath, loaded.PublicPem());
            return loaded;
        }

        var made = ServiceAccountKey.Generate();
        PkiFiles.WritePrivate(keyPath, made.PrivatePem());
        PkiFiles.WritePublic(publicKeyPath, made.PublicPem());
        return made;
    }
}
