using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Tiphys.Api.Authentication.V1;
using Tiphys.Api.Authorization.V1;
using Tiphys.Client;
using Tiphys.Grpc.Server;

namespace Tiphys.Kubelet.Server;

/// <summary>Who asks.</summary>
internal sealed record Requester(string Name, IReadOnlyList<string> Groups, IReadOnlyDictionary<string, List<string>>? Extra = null, string Uid = "");

/// <summary>Finds out who asks, by client certificate or by a token the API server knows, and asks the API server whether they may.</summary>
internal sealed class KubeletAuth(KubeletOptions options, KubernetesClient client, TimeProvider time)
{
    private const string Masters = "system:masters";
    private static readonly TimeSpan TokenAge = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan AllowedAge = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan DeniedAge = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, (Requester? Who, DateTimeOffset Until)> _tokens = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (bool Allowed, DateTimeOffset Until)> _decisions = new(StringComparer.Ordinal);

    /// <summary>Whether a client certificate was signed by one of the cluster's authorities, for clients.</summary>
    public bool IsTrusted(X509Certificate2 certificate) =>
        options.ClientAuthorities is { Count: > 0 } authorities && ClientTrust.IsTrusted(certificate, authorities, at: time.GetUtcNow());

    /// <summary>Who sent the request; null when nobody known.</summary>
    public async Task<Requester?> AuthenticateAsync(HttpContext context)
    {
        if (context.Connection.ClientCertificate is { } certificate && IsTrusted(certificate)) return FromCertificate(certificate);
        var header = context.Request.Headers.Authorization.ToString();
        const string scheme = "Bearer ";
        if (!header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) return null;
        var token = header[scheme.Length..].Trim();
        var now = time.GetUtcNow();
        if (_tokens.TryGetValue(token, out var known) && known.Until > now) return known.Who;
        var review = await client.SendAsync<TokenReview>(
            HttpMethod.Post, "apis/authentication.k8s.io/v1/tokenreviews", new TokenReview { Spec = new TokenReviewSpec { Token = token } }, context.RequestAborted).ConfigureAwait(false);
        var user = review.Status.User;
        var who = review.Status.Authenticated ? new Requester(user.Username, user.Groups ?? [], user.Extra, user.Uid) : null;
        if (_tokens.Count > 1000) _tokens.Clear();
        _tokens[token] = (who, now + TokenAge);
        return who;
    }

    /// <summary>Whether the requester may do what the request asks; null when they may, or the subresource they lack.</summary>
    public async Task<string?> AuthorizeAsync(Requester who, string method, string path, CancellationToken cancel)
    {
        if (who.Groups.Contains(Masters)) return null;
        var verb = method switch { "POST" => "create", "PUT" => "update", "PATCH" => "patch", "DELETE" => "delete", _ => "get" };
        var subresources = Subresources(path);
        foreach (var subresource in subresources)
        {
            if (await IsAllowedAsync(who, verb, subresource, cancel).ConfigureAwait(false)) return null;
        }
        return subresources[0];
    }

    internal static IReadOnlyList<string> Subresources(string path)
    {
        var first = path.Split('/', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "";
        var fine = first switch { "pods" or "runningpods" => "pods", "healthz" => "healthz", "configz" => "configz", _ => null };
        var coarse = first switch { "stats" => "stats", "metrics" => "metrics", "logs" => "log", "checkpoint" => "checkpoint", _ => "proxy" };
        return fine is null ? [coarse] : [fine, coarse];
    }

    private async Task<bool> IsAllowedAsync(Requester who, string verb, string subresource, CancellationToken cancel)
    {
        var key = string.Join('\n', [who.Name, .. who.Groups, verb, subresource]);
        var now = time.GetUtcNow();
        if (_decisions.TryGetValue(key, out var known) && known.Until > now) return known.Allowed;
        var review = new SubjectAccessReview
        {
            Spec = new SubjectAccessReviewSpec
            {
                User = who.Name,
                Groups = [.. who.Groups],
                Uid = who.Uid,
                Extra = who.Extra?.ToDictionary(e => e.Key, e => e.Value),
                ResourceAttributes = new ResourceAttributes
                {
                    Verb = verb, Version = "v1", Resource = "nodes", Subresource = subresource, Name = options.NodeName,
                },
            },
        };
        var answer = await client.SendAsync<SubjectAccessReview>(
            HttpMethod.Post, "apis/authorization.k8s.io/v1/subjectaccessreviews", review, cancel).ConfigureAwait(false);
        if (_decisions.Count > 1000) _decisions.Clear();
        _decisions[key] = (answer.Status.Allowed, now + (answer.Status.Allowed ? AllowedAge : DeniedAge));
        return answer.Status.Allowed;
    }

    private static Requester FromCertificate(X509Certificate2 certificate)
    {
        var name = "";
        var groups = new List<string>();
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (part.HasMultipleElements) continue;
            var value = part.GetSingleElementValue() ?? "";
            if (part.GetSingleElementType().Value == "2.5.4.3") name = value;
            else if (part.GetSingleElementType().Value == "2.5.4.10") groups.Add(value);
        }
        return new Requester(name, [.. groups, "system:authenticated"]);
    }
}
