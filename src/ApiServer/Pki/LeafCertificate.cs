using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tiphys.ApiServer;

/// <summary>
/// One certificate of a server, in <c>NAME.crt</c> and <c>NAME.key</c>. It is renewed in time, and taken from the files when somebody
/// else has renewed it there.
/// </summary>
public sealed class LeafCertificate
{
    private readonly string _directory;
    private readonly CertificateAuthority _authority;
    private readonly CertificateSubject _subject;
    private readonly TimeProvider _time;
    private volatile X509Certificate2 _current;

    private LeafCertificate(string directory, string name, CertificateAuthority authority, CertificateSubject subject, TimeProvider time)
    {
        (_directory, Name, _authority, _subject, _time) = (directory, name, authority, subject, time);
        _current = Usable() ?? Issue();
    }

    /// <summary>Base name of its files.</summary>
    public string Name { get; }

    /// <summary>The certificate with its key. Ask anew for each use; it changes.</summary>
    public X509Certificate2 Current => _current;

    /// <summary>Loads a certificate, or issues it when there is none that will do.</summary>
    internal static LeafCertificate Open(string directory, string name, CertificateAuthority authority, CertificateSubject subject, TimeProvider time) =>
        new(directory, name, authority, subject, time);

    /// <summary>Takes over what is in the files now, and renews it when it is due.</summary>
    /// <returns>Whether there is another certificate than before.</returns>
    public bool Refresh()
    {
        // What is in the files and cannot be used may be half of a change that goes on: what is in use is good until it is due.
        var found = Usable();
        if (found is null && !RenewalRule.IsDue(_current, _time.GetUtcNow())) return false;
        if (found is not null && found.RawDataMemory.Span.SequenceEqual(_current.RawDataMemory.Span))
        {
            found.Dispose();
            return false;
        }

        // The one before is not disposed: handshakes may be using it.
        _current = found ?? Issue();
        return true;
    }

    private X509Certificate2 Issue()
    {
        var issued = _authority.Issue(_subject);
        LeafFiles.Write(_directory, Name, issued);
        return issued;
    }

    /// <summary>The kept certificate; null when there is none that will do.</summary>
    private X509Certificate2? Usable()
    {
        if (LeafFiles.TryRead(_directory, Name) is not { } loaded) return null;
        if (!RenewalRule.IsDue(loaded, _time.GetUtcNow()) && _authority.Signed(loaded) && _subject.Matches(loaded)) return loaded;
        loaded.Dispose();
        return null;
    }
}

/// <summary>The files of a certificate.</summary>
internal static class LeafFiles
{
    /// <summary>The certificate with its key; null when it is missing or half written.</summary>
    public static X509Certificate2? TryRead(string directory, string name)
    {
        var certificate = PkiFiles.TryRead(Path.Combine(directory, name + ".crt"));
        var key = PkiFiles.TryRead(Path.Combine(directory, name + ".key"));
        if (certificate is null || key is null) return null;
        try
        {
            return X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    public static void Write(string directory, string name, X509Certificate2 certificate)
    {
        PkiFiles.WritePrivate(Path.Combine(directory, name + ".key"), ClusterPki.KeyPem(certificate));
        PkiFiles.WritePublic(Path.Combine(directory, name + ".crt"), certificate.ExportCertificatePem());
    }
}
