using Tiphys.Client;
using Tiphys.Kubectl.CommandLine;

namespace Tiphys.Kubectl.Access;

/// <summary>The flags that every command has: which cluster, as whom, and how.</summary>
internal sealed class GlobalFlags
{
    private readonly Flag<string> _kubeconfig;
    private readonly Flag<string> _context;
    private readonly Flag<string> _cluster;
    private readonly Flag<string> _user;
    private readonly Flag<string> _namespace;
    private readonly Flag<string> _server;
    private readonly Flag<string> _token;
    private readonly Flag<string> _tlsServerName;
    private readonly Flag<bool> _insecure;
    private readonly Flag<string> _authority;
    private readonly Flag<string> _certificate;
    private readonly Flag<string> _key;
    private readonly Flag<string> _timeout;

    public GlobalFlags()
    {
        _kubeconfig = Set.String("kubeconfig", null, "", "Path to the kubeconfig file to use.");
        _context = Set.String("context", null, "", "The kubeconfig context to use.");
        _cluster = Set.String("cluster", null, "", "The kubeconfig cluster to use.");
        _user = Set.String("user", null, "", "The kubeconfig user to use.");
        _namespace = Set.String("namespace", 'n', "", "The namespace of this request.");
        _server = Set.String("server", 's', "", "Address and port of the API server.");
        _token = Set.String("token", null, "", "Bearer token to authenticate with.");
        _tlsServerName = Set.String("tls-server-name", null, "", "Name to expect in the server's certificate.");
        _insecure = Set.Bool("insecure-skip-tls-verify", null, false, "Do not check the server's certificate.");
        _authority = Set.String("certificate-authority", null, "", "File of the server certificate's authority.");
        _certificate = Set.String("client-certificate", null, "", "File of the client certificate.");
        _key = Set.String("client-key", null, "", "File of the client certificate's key.");
        _timeout = Set.String("request-timeout", null, "0", "Time to wait for one request, such as 1s, 2m or 3h; 0 waits for ever.");
        As = Set.String("as", null, "", "User to impersonate.");
        AsUid = Set.String("as-uid", null, "", "UID to impersonate.");
        AsGroup = Set.Array("as-group", null, "Group to impersonate; may be repeated.");
        AsExtra = Set.Array("as-user-extra", null, "Extra of the impersonated user, key=value; may be repeated.");
        WarningsAsErrors = Set.Bool("warnings-as-errors", null, false, "Exit with an error when the server warned.");
        Verbosity = Set.Int("v", 'v', 0, "How much is logged; 6 and more shows requests.");

        // Taken so that command lines written for upstream run; what they steer does not exist here.
        Set.String("cache-dir", null, "", "Accepted and ignored: discovery is not cached on disk.");
        Set.String("kuberc", null, "", "Accepted and ignored: preferences are not read.");
        Set.String("vmodule", null, "", "Accepted and ignored.");
        Set.String("profile", null, "none", "Accepted and ignored.");
        Set.String("profile-output", null, "profile.pprof", "Accepted and ignored.");
        Set.Duration("log-flush-frequency", null, TimeSpan.FromSeconds(5), "Accepted and ignored.");
        Set.Bool("disable-compression", null, false, "Accepted and ignored: answers are not compressed.");
        Set.Bool("match-server-version", null, false, "Accepted and ignored.");
    }

    public FlagSet Set { get; } = new();

    public Flag<string> As { get; }

    public Flag<string> AsUid { get; }

    public ListFlag AsGroup { get; }

    public ListFlag AsExtra { get; }

    public Flag<bool> WarningsAsErrors { get; }

    public Flag<long> Verbosity { get; }

    /// <summary>The flags say more of an impersonated user than who it is.</summary>
    public bool IsImpersonatingNobody => As.Value.Length == 0 && (AsUid.Value.Length > 0 || AsGroup.Value.Count > 0 || AsExtra.Value.Count > 0);

    /// <summary>Whether the command line named a namespace: objects in files must then be of it.</summary>
    public bool NamespaceGiven => _namespace.Value.Length > 0;

    /// <summary>How long a request may take; zero for as long as it likes.</summary>
    public TimeSpan Timeout
    {
        get
        {
            if (long.TryParse(_timeout.Value, out var seconds)) return TimeSpan.FromSeconds(seconds);
            return GoTime.TryParseDuration(_timeout.Value, out var timeout, out _)
                ? timeout
                : throw new KubectlException("Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)");
        }
    }

    /// <summary>Reads the kubeconfig and puts the flags over it.</summary>
    /// <exception cref="KubeconfigException">It cannot be used.</exception>
    public ClientConfig Resolve() => KubeconfigSet.Load(Text(_kubeconfig)).Resolve(new ConfigOverrides
    {
        Context = Text(_context),
        Cluster = Text(_cluster),
        User = Text(_user),
        Namespace = Text(_namespace),
        Server = Text(_server),
        Token = Text(_token),
        TlsServerName = Text(_tlsServerName),
        InsecureSkipTlsVerify = _insecure.Value,
        CertificateAuthority = Text(_authority),
        ClientCertificate = Text(_certificate),
        ClientKey = Text(_key),
    });

    private static string? Text(Flag<string> flag) => flag.Value.Length == 0 ? null : flag.Value;
}
