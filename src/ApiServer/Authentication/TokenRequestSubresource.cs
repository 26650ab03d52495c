using Tiphys.Api;
using Tiphys.Api.Authentication.V1;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary><c>serviceaccounts/token</c>: issues tokens of service accounts.</summary>
public sealed class TokenRequestSubresource : HandlerSubresource
{
    /// <summary>Pods' tokens of this odd lifetime come from the old way of mounting them, and live on for a year.</summary>
    private const long ExtendedLifetimeMark = (60 * 60) + 7;

    private const long Shortest = 10 * 60;
    private const long Longest = 1L << 32;
    private static readonly TimeSpan Extended = TimeSpan.FromDays(365);
    private readonly ServiceAccountTokens _tokens;
    private readonly IReadOnlyList<string> _audiences;
    private readonly ApiResources _stores;
    private readonly Func<AdmissionChain> _admission;
    private readonly TimeProvider _time;

    private TokenRequestSubresource(ServiceAccountTokens tokens, IReadOnlyList<string> audiences, ApiResources stores, Func<AdmissionChain> admission, TimeProvider time) =>
        (_tokens, _audiences, _stores, _admission, _time) = (tokens, audiences, stores, admission, time);

    /// <summary>Makes the subresource.</summary>
    /// <param name="tokens">Issues.</param>
    /// <param name="audiences">Audiences of tokens that ask for none: the API server's.</param>
    /// <param name="stores">Where the objects are that tokens are bound to.</param>
    /// <param name="admission">Checks requests; asked for only when one comes.</param>
    /// <param name="time">Clock.</param>
    public static TokenRequestSubresource Create(ServiceAccountTokens tokens, IReadOnlyList<string> audiences, ApiResources stores, Func<AdmissionChain> admission, TimeProvider time) =>
        new(tokens, audiences, stores, admission, time) { Kind = TokenRequest.Info, Verbs = ["create"] };

    /// <inheritdoc/>
    public override async Task HandleAsync(ApiRequest request, ResourceStore store)
    {
        var body = (TokenRequest)await RequestBody.ReadAsync(request, TokenRequest.Info);
        await ObjectResponse.WriteAsync(request, await IssueAsync(body, request, store), 201);
    }

    private async ValueTask<TokenRequest> IssueAsync(TokenRequest body, ApiRequest request, ResourceStore store)
    {
        var (ns, name) = (request.Info.Namespace, request.Info.Name);
        CheckMatches(body.Metadata.Name, name, "name");
        CheckMatches(body.Metadata.Namespace, ns, "namespace");
        var account = (ServiceAccount)store.Decode(await store.GetAsync(ns, name, request.Cancel));
        if (body.Metadata.Uid.Length > 0 && body.Metadata.Uid != account.Metadata.Uid)
            throw ApiErrors.Conflict(new(TokenRequest.Info.Group, TokenRequest.Info.Kind), name, $"the UID in the token request ({body.Metadata.Uid}) does not match the UID of the service account ({account.Metadata.Uid})");
        store.RecordFields(body, WriteContext.Of(request));
        if (body.Spec.Audiences.Count == 0) body.Spec.Audiences = [.. _audiences];
        var now = _time.GetUtcNow();
        body.Metadata.Name = name;
        body.Metadata.Namespace = ns;
        body.Metadata.Uid = account.Metadata.Uid;
        body.Metadata.CreationTimestamp = now;
        body.Status = new();
        CheckLifetime(body.Spec.ExpirationSeconds ?? 3600);
        await _admission().ValidateAsync(WriteContext.Of(request).Admission(ServiceAccount.Info, AdmissionOperation.Create, name, body, null), request.Cancel);

        var binding = await BindingAsync(body.Spec.BoundObjectRef, ns, name, request.Cancel);
        var asked = body.Spec.ExpirationSeconds ?? 3600;
        var lifetime = TimeSpan.FromSeconds(asked);
        TimeSpan? warnAfter = null;
        if (binding.Pod is not null && asked == ExtendedLifetimeMark && body.Spec.Audiences.All(_audiences.Contains)) (lifetime, warnAfter) = (Extended, lifetime);
        body.Status.Token = _tokens.Issue(account, binding, lifetime, warnAfter, body.Spec.Audiences);
        body.Status.ExpirationTimestamp = now.AddSeconds(asked);
        return body;
    }

    private async ValueTask<TokenBinding> BindingAsync(BoundObjectReference? reference, string ns, string account, CancellationToken cancel)
    {
        if (reference is null) return new();
        var group = GroupVersion.Parse(reference.ApiVersion).Group;
        switch (group, reference.Kind)
        {
            case ("", "Pod"):
                var pod = await _stores.GetAsync<Pod>(ns, reference.Name, cancel);
                if (pod.Spec.ServiceAccountName != account) throw ApiErrors.BadRequest($"cannot bind token for serviceaccount \"{account}\" to pod running with different serviceaccount name.");
                CheckUid(pod, reference);

                // The token tells the node too; if that is gone, at least its name.
                var nodeName = pod.Spec.NodeName;
                if (nodeName.Length == 0) return new(Pod: pod);
                return new(Pod: pod, Node: await _stores.FindAsync<Node>("", nodeName, cancel) ?? new Node { Metadata = new() { Name = nodeName } });
            case ("", "Node"):
                var node = await _stores.GetAsync<Node>("", reference.Name, cancel);
                CheckUid(node, reference);
                return new(Node: node);
            case ("", "Secret"):
                var secret = await _stores.GetAsync<Secret>(ns, reference.Name, cancel);
                CheckUid(secret, reference);
                return new(Secret: secret);
            default:
                throw ApiErrors.BadRequest($"cannot bind token to object of type {(reference.ApiVersion.Contains('/', StringComparison.Ordinal) ? "" : "/")}{reference.ApiVersion}, Kind={reference.Kind}");
        }
    }

    private static void CheckUid(IKubernetesObject item, BoundObjectReference reference)
    {
        if (reference.Uid.Length == 0 || reference.Uid == item.Metadata.Uid) return;
        throw ApiErrors.Conflict(
            new("", item.KindInfo.Kind),
            reference.Name,
            $"the UID in the bound object reference ({reference.Uid}) does not match the UID in record. The object might have been deleted and then recreated");
    }

    private static void CheckLifetime(long seconds)
    {
        var errors = new FieldErrors();
        var field = FieldPath.Of("spec")["expirationSeconds"];
        if (seconds < Shortest) errors.Invalid(field, seconds, "may not specify a duration less than 10 minutes");
        if (seconds > Longest) errors.Invalid(field, seconds, "may not specify a duration larger than 2^32 seconds");
        if (errors.Count > 0) throw ApiErrors.Invalid(new(TokenRequest.Info.Group, TokenRequest.Info.Kind), "", errors);
    }

    private static void CheckMatches(string given, string wanted, string field)
    {
        if (given.Length == 0 || given == wanted) return;
        var errors = new FieldErrors();
        errors.Invalid(FieldPath.Of("metadata")[field], given, $"must match the service account {field} if specified");
        throw ApiErrors.Invalid(new(TokenRequest.Info.Group, TokenRequest.Info.Kind), wanted, errors);
    }
}
