using System.Security.Cryptography;
using System.Text;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>
/// Signs the cluster's public description with every bootstrap token, so that who holds one can trust it before it trusts the
/// server (upstream's bootstrap-signer-controller): detached JWS in ConfigMap kube-public/cluster-info.
/// </summary>
internal sealed class BootstrapSigner : KeyedController
{
    private const string Name = "cluster-info";
    private const string Prefix = "jws-kubeconfig-";
    private static readonly ObjectKey s_key = new(WellKnownNamespaces.Public, Name);
    private readonly IInformer<ConfigMap> _maps;
    private readonly IInformer<Secret> _secrets;

    public BootstrapSigner(ControllerContext context) : base(context, 1)
    {
        _maps = context.Informer<ConfigMap>(new() { FieldSelector = "metadata.name=" + Name });
        _secrets = context.Informer<Secret>(BootstrapToken.Query);
        _maps.OnChange(_ => Queue.Add(s_key));
        _secrets.OnChange(_ => Queue.Add(s_key));
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_maps.Get(key) is not { } map || map.Data?.GetValueOrDefault("kubeconfig") is not { Length: > 0 } content) return Requeue.None;
        var wanted = map.Data.Where(static d => !d.Key.StartsWith(Prefix, StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal);
        foreach (var secret in _secrets.List())
        {
            if (BootstrapToken.Parse(secret, Context.Now) is { ForSigning: true, IsExpired: false } token) wanted[Prefix + token.Id] = Sign(content, token);
        }

        if (Pods.SameLabels(wanted, map.Data)) return Requeue.None;
        var copy = map.DeepCopy();
        copy.Data = wanted;
        await Client.Resource<ConfigMap>().UpdateAsync(copy, cancel);
        return Requeue.None;
    }

    private static string Sign(string content, BootstrapToken token)
    {
        var header = Base64Url(Encoding.UTF8.GetBytes($"{{\"alg\":\"HS256\",\"kid\":\"{token.Id}\"}}"));
        var signed = Encoding.ASCII.GetBytes($"{header}.{Base64Url(Encoding.UTF8.GetBytes(content))}");
        return $"{header}..{Base64Url(HMACSHA256.HashData(Encoding.UTF8.GetBytes($"{token.Id}.{token.Secret}"), signed))}";
    }

    private static string Base64Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
