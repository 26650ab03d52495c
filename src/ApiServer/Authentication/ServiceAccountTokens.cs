using System.Text.Json.Nodes;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.ApiServer;

/// <summary>Names of service accounts as users.</summary>
public static class ServiceAccountNames
{
    /// <summary>Group of all service accounts.</summary>
    public const string AllGroup = "system:serviceaccounts";

    private const string UserPrefix = "system:serviceaccount:";

    /// <summary>The user name.</summary>
    public static string User(string ns, string name) => $"{UserPrefix}{ns}:{name}";

    /// <summary>The groups.</summary>
    public static string[] Groups(string ns) => [AllGroup, $"{AllGroup}:{ns}"];

    /// <summary>Namespace and name of a user that is a service account, or null.</summary>
    public static (string Namespace, string Name)? Split(string user)
    {
        if (!user.StartsWith(UserPrefix, StringComparison.Ordinal)) return null;
        var parts = user[UserPrefix.Length..].Split(':');
        return parts.Length == 2 && Names.LabelErrors(parts[0]).Count == 0 && Names.SubdomainErrors(parts[1]).Count == 0 ? (parts[0], parts[1]) : null;
    }
}

/// <summary>What binds a service account's token to a life shorter than the account's.</summary>
/// <param name="Pod">The pod, or null.</param>
/// <param name="Secret">The secret, or null.</param>
/// <param name="Node">The node, or null.</param>
public sealed record TokenBinding(Pod? Pod = null, Secret? Secret = null, Node? Node = null);

/// <summary>Issues and checks the signed tokens of service accounts.</summary>
/// <param name="issuer">The issuer's URL, by default <c>https://kubernetes.default.svc.DOMAIN</c>.</param>
/// <param name="keys">Keys that verify; the first one signs.</param>
/// <param name="stores">Where accounts, pods, secrets and nodes are.</param>
/// <param name="time">Clock.</param>
public sealed class ServiceAccountTokens(string issuer, IReadOnlyList<ServiceAccountKey> keys, ApiResources stores, TimeProvider time) : ITokenAuthenticator
{
    private const string PrivateClaims = "kubernetes.io";
    private const string ExtraPrefix = "authentication.kubernetes.io/";

    /// <summary>Clocks may differ by this much.</summary>
    private static readonly TimeSpan Leeway = TimeSpan.FromMinutes(1);

    /// <summary>The issuer's URL.</summary>
    public string Issuer { get; } = issuer;

    /// <summary>The keys; the first one signs.</summary>
    public IReadOnlyList<ServiceAccountKey> Keys { get; } = keys;

    /// <summary>Issues a token.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="binding">What it is bound to.</param>
    /// <param name="lifetime">How long it is valid.</param>
    /// <param name="warnAfter">After how long its use is noted as stale; null for never.</param>
    /// <param name="audiences">Who shall accept it.</param>
    public string Issue(ServiceAccount account, TokenBinding binding, TimeSpan lifetime, TimeSpan? warnAfter, IReadOnlyList<string> audiences)
    {
        var now = time.GetUtcNow();
        var kubernetes = new JsonObject { ["namespace"] = account.Metadata.Namespace };
        if (binding.Node is { } node) kubernetes["node"] = Reference(node);
        if (binding.Pod is { } pod) kubernetes["pod"] = Reference(pod);
        if (binding.Secret is { } secret) kubernetes["secret"] = Reference(secret);
        kubernetes["serviceaccount"] = Reference(account);
        if (warnAfter is { } warn) kubernetes["warnafter"] = (now + warn).ToUnixTimeSeconds();
        return Jwt.Sign(new JsonObject
        {
            ["aud"] = new JsonArray([.. audiences.Select(static a => JsonValue.Create(a))]),
            ["exp"] = (now + lifetime).ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["iss"] = Issuer,
            ["jti"] = Guid.NewGuid().ToString(),
            [PrivateClaims] = kubernetes,
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["sub"] = ServiceAccountNames.User(account.Metadata.Namespace, account.Metadata.Name),
        }, Keys[0]);
    }

    /// <inheritdoc/>
    public async ValueTask<TokenIdentity?> AuthenticateAsync(string token, IReadOnlyList<string> audiences, CancellationToken cancel)
    {
        if (Jwt.PeekClaims(token) is not { } claims || Jwt.Text(claims, "iss") != Issuer) return null;
        if (!Jwt.Verify(token, Keys)) throw new InvalidTokenException("failed to verify the signature");
        var meant = Jwt.Texts(claims, "aud");
        var shared = audiences.Intersect(meant, StringComparer.Ordinal).ToList();
        if (shared.Count == 0) throw new InvalidTokenException($"token audiences [{QuotedList(meant)}] is invalid for the target audiences [{QuotedList(audiences)}]");
        return new TokenIdentity(await ValidateAsync(claims, cancel), shared);
    }

    private async ValueTask<UserInfo> ValidateAsync(JsonObject claims, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        if (Jwt.Time(claims, "nbf") > now + Leeway) throw new InvalidTokenException("service account token is not valid yet");
        if (Jwt.Time(claims, "iat") > now + Leeway) throw new InvalidTokenException("service account token is issued in the future");
        if (Jwt.Time(claims, "exp") is not { } end || end < now - Leeway) throw new InvalidTokenException("service account token has expired");
        if (claims[PrivateClaims] is not JsonObject kubernetes || kubernetes["serviceaccount"] is not JsonObject accountRef) throw new InvalidTokenException("service account token has no kubernetes.io claims");
        var ns = Jwt.Text(kubernetes, "namespace");
        var (name, uid) = Read(accountRef);
        if (Jwt.Text(claims, "sub") != ServiceAccountNames.User(ns, name)) throw new InvalidTokenException("sub claim does not match the service account");
        var account = await stores.FindAsync<ServiceAccount>(ns, name, cancel) ?? throw new InvalidTokenException($"serviceaccounts \"{name}\" not found");
        if (account.Metadata.Uid != uid) throw new InvalidTokenException($"service account UID ({account.Metadata.Uid}) does not match claim ({uid})");
        if (IsGone(account, now)) throw new InvalidTokenException($"service account {ns}/{name} has been deleted");

        var extra = new Dictionary<string, List<string>>();
        if (kubernetes["secret"] is JsonObject secretRef) await CheckAsync<Secret>("secret", ns, secretRef, now, cancel);
        if (kubernetes["pod"] is JsonObject podRef)
        {
            await CheckAsync<Pod>("pod", ns, podRef, now, cancel);
            AddExtra(extra, "pod", podRef);
        }

        if (kubernetes["node"] is JsonObject nodeRef)
        {
            // A token bound to a pod dies with the pod; its node is only told.
            if (kubernetes["pod"] is null) await CheckAsync<Node>("node", "", nodeRef, now, cancel);
            AddExtra(extra, "node", nodeRef);
        }

        if (Jwt.Text(claims, "jti") is { Length: > 0 } id) extra[ExtraPrefix + "credential-id"] = ["JTI=" + id];
        return new UserInfo(ServiceAccountNames.User(ns, name), uid, [.. ServiceAccountNames.Groups(ns), UserInfo.Authenticated], extra);
    }

    private async ValueTask CheckAsync<T>(string what, string ns, JsonObject reference, DateTimeOffset now, CancellationToken cancel) where T : class, IKubernetesObject<T>
    {
        var (name, uid) = Read(reference);
        var item = await stores.FindAsync<T>(ns, name, cancel);
        if (item is null || IsGone(item, now)) throw new InvalidTokenException("service account token has been invalidated");
        if (item.Metadata.Uid != uid)
            throw new InvalidTokenException($"{what} UID ({item.Metadata.Uid}) does not match service account {what} ref claim ({uid})");
    }

    private static bool IsGone(IKubernetesObject item, DateTimeOffset now) => item.Metadata.DeletionTimestamp < now - Leeway;

    private static void AddExtra(Dictionary<string, List<string>> extra, string what, JsonObject reference)
    {
        var (name, uid) = Read(reference);
        extra[$"{ExtraPrefix}{what}-name"] = [name];
        if (uid.Length > 0) extra[$"{ExtraPrefix}{what}-uid"] = [uid];
    }

    private static JsonObject Reference(IKubernetesObject item)
    {
        var reference = new JsonObject { ["name"] = item.Metadata.Name };
        if (item.Metadata.Uid.Length > 0) reference["uid"] = item.Metadata.Uid;
        return reference;
    }

    private static (string Name, string Uid) Read(JsonObject reference) => (Jwt.Text(reference, "name"), Jwt.Text(reference, "uid"));

    private static string QuotedList(IEnumerable<string> values) => string.Join(" ", values.Select(static v => $"\"{v}\""));
}
