using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Client;

/// <summary>A bootstrap token: with it a node joins. It is kept in a Secret <c>bootstrap-token-ID</c> of kube-system.</summary>
/// <param name="Id">Public part, six letters and digits.</param>
/// <param name="Secret">Secret part, sixteen letters and digits.</param>
public sealed partial record BootstrapToken(string Id, string Secret)
{
    /// <summary>Type of the secrets.</summary>
    public const string SecretType = "bootstrap.kubernetes.io/token";

    /// <summary>The group kubeadm gives to nodes that join; its members may ask for a kubelet's certificate.</summary>
    public const string DefaultGroup = "system:bootstrappers:kubeadm:default-node-token";

    /// <summary>The form of a token, as users are told.</summary>
    public const string Pattern = @"\A([a-z0-9]{6})\.([a-z0-9]{16})\z";

    private const string SecretPrefix = "bootstrap-token-";
    private const string UsagePrefix = "usage-bootstrap-";

    /// <summary>Selects the secrets.</summary>
    public static ListQuery Query { get; } = new() { FieldSelector = "type=" + SecretType };

    /// <summary>When it stops to count; null for never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>What it may be used for: <c>signing</c>, <c>authentication</c>.</summary>
    public IReadOnlyList<string> Usages { get; init; } = [];

    /// <summary>Groups its bearer is in, besides <c>system:bootstrappers</c>.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>What it is for, for people.</summary>
    public string Description { get; init; } = "";

    /// <summary>The expiration cannot be read: the token counts as expired.</summary>
    public bool HasUnreadableExpiration { get; private init; }

    /// <summary>The token as users write it.</summary>
    public string Text => $"{Id}.{Secret}";

    /// <summary>Name of its secret.</summary>
    public string SecretName => NameOf(Id);

    /// <summary>Whether its time is over.</summary>
    public bool IsExpired(DateTimeOffset now) => HasUnreadableExpiration || Expires <= now;

    /// <summary>A new random token.</summary>
    public static BootstrapToken Generate() => new(Random(6), Random(16));

    /// <summary>Reads <c>ID.SECRET</c>; null when the text is no token.</summary>
    public static BootstrapToken? Parse(string text) => TokenForm().Match(text) is { Success: true } match ? new(match.Groups[1].Value, match.Groups[2].Value) : null;

    /// <summary>Whether a text is the public part of a token.</summary>
    public static bool IsId(string text) => IdForm().IsMatch(text);

    /// <summary>Name of the secret of a token.</summary>
    public static string NameOf(string id) => SecretPrefix + id;

    /// <summary>Whether the authenticator accepts a group of that name for tokens.</summary>
    public static bool IsGroup(string name) => GroupForm().IsMatch(name);

    /// <summary>Reads a secret; null when it is no token.</summary>
    public static BootstrapToken? Read(Secret secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        if (secret.Type != SecretType || secret.Metadata.Namespace != WellKnownNamespaces.System) return null;
        var (id, value) = (Value("token-id"), Value("token-secret"));
        if (id.Length == 0 || value.Length == 0 || secret.Metadata.Name != NameOf(id)) return null;
        var end = Value("expiration");
        DateTimeOffset? expires = DateTimeOffset.TryParse(end, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
        return new BootstrapToken(id, value)
        {
            Expires = expires,
            HasUnreadableExpiration = end.Length > 0 && expires is null,
            Usages = [.. (secret.Data ?? []).Keys.Where(k => k.StartsWith(UsagePrefix, StringComparison.Ordinal) && Value(k) == "true").Select(static k => k[UsagePrefix.Length..]).Order(StringComparer.Ordinal)],
            Groups = Value("auth-extra-groups").Split(',', StringSplitOptions.RemoveEmptyEntries),
            Description = Value("description"),
        };

        string Value(string key) => secret.Data?.TryGetValue(key, out var bytes) == true ? Encoding.UTF8.GetString(bytes) : "";
    }

    /// <summary>The secret that holds the token.</summary>
    public Secret ToSecret()
    {
        var data = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        Add("token-id", Id);
        Add("token-secret", Secret);
        Add("description", Description);
        if (Expires is { } end) Add("expiration", end.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        foreach (var usage in Usages) Add(UsagePrefix + usage, "true");
        Add("auth-extra-groups", string.Join(',', Groups));
        return new Secret { Metadata = new() { Name = SecretName, Namespace = WellKnownNamespaces.System }, Type = SecretType, Data = data };

        void Add(string key, string value)
        {
            if (value.Length > 0) data[key] = Encoding.UTF8.GetBytes(value);
        }
    }

    private static string Random(int length) => RandomNumberGenerator.GetString("0123456789abcdefghijklmnopqrstuvwxyz", length);

    [GeneratedRegex(Pattern)]
    private static partial Regex TokenForm();

    [GeneratedRegex(@"\A[a-z0-9]{6}\z")]
    private static partial Regex IdForm();

    [GeneratedRegex(@"\Asystem:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]\z")]
    private static partial Regex GroupForm();
}
