using System.Text;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>
/// Fills secrets of type kubernetes.io/service-account-token, and deletes them with their account (upstream's
/// serviceaccount-token controller).
/// </summary>
internal sealed class TokenSecretController : KeyedController
{
    private readonly ServiceAccountKey _key;
    private readonly byte[]? _authority;
    private readonly IInformer<Secret> _secrets;

    public TokenSecretController(ControllerContext context, ServiceAccountKey key) : base(context, 5)
    {
        _key = key;
        _authority = context.Options.RootCertificates is { } pem ? Encoding.UTF8.GetBytes(pem) : null;
        _secrets = context.Informer<Secret>(new() { FieldSelector = "type=" + LegacyTokenClaims.SecretType });
        _secrets.On(Enqueue, (_, after) => Enqueue(after));
        context.Informer<ServiceAccount>().On(deleted: account =>
        {
            foreach (var secret in _secrets.List().Where(s => s.Metadata.Namespace == account.Metadata.Namespace && NameOf(s) == account.Metadata.Name)) Enqueue(secret);
        });
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_secrets.Get(key) is not { Metadata.DeletionTimestamp: null } secret) return Requeue.None;
        try
        {
            // Asked for and not taken from a cache: a secret must not go because its account is newer than what the cache has seen.
            var account = await Client.Resource<ServiceAccount>().FindAsync(key.Namespace, NameOf(secret), cancel);
            var uid = secret.Metadata.Annotations?.GetValueOrDefault(LegacyTokenClaims.UidAnnotation) ?? "";
            if (account is null || (uid.Length > 0 && uid != account.Metadata.Uid))
                await Client.Resource<Secret>().DeleteAsync(key.Namespace, key.Name, new() { Preconditions = new() { Uid = secret.Metadata.Uid } }, cancel);
            else if (Filled(secret, account) is { } filled) await Client.Resource<Secret>().UpdateAsync(filled, cancel);
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // What is newer comes by the watch.
        }

        return Requeue.None;
    }

    /// <summary>The secret with what it lacks; null when it lacks nothing.</summary>
    private Secret? Filled(Secret secret, ServiceAccount account)
    {
        var filled = secret.DeepCopy();
        var data = filled.Data ??= [];
        var changed = false;
        if (_authority is not null && (!data.TryGetValue("ca.crt", out var authority) || !authority.AsSpan().SequenceEqual(_authority))) (data["ca.crt"], changed) = (_authority, true);
        if (IsMissing("namespace")) data["namespace"] = Encoding.UTF8.GetBytes(account.Metadata.Namespace);
        if (IsMissing(LegacyTokenClaims.TokenKey)) data[LegacyTokenClaims.TokenKey] = Encoding.ASCII.GetBytes(Jwt.Sign(LegacyTokenClaims.Of(account, secret.Metadata.Name), _key));
        if (!changed) return null;
        (filled.Metadata.Annotations ??= [])[LegacyTokenClaims.UidAnnotation] = account.Metadata.Uid;
        return filled;

        bool IsMissing(string name)
        {
            if (data.TryGetValue(name, out var value) && value is { Length: > 0 }) return false;
            changed = true;
            return true;
        }
    }

    private static string NameOf(Secret secret) => secret.Metadata.Annotations?.GetValueOrDefault(LegacyTokenClaims.NameAnnotation) ?? "";
}
