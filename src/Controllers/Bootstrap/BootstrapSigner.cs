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
    private const string Name = ClusterInfo.Name;
    private const string Prefix = ClusterInfo.SignaturePrefix;
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
        if (_maps.Get(key) is not { } map || map.Data?.GetValueOrDefault(ClusterInfo.KubeconfigKey) is not { Length: > 0 } content) return Requeue.None;
        var wanted = map.Data.Where(static d => !d.Key.StartsWith(Prefix, StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal);
        foreach (var secret in _secrets.List())
        {
            if (BootstrapToken.Read(secret) is { } token && token.Usages.Contains("signing") && !token.IsExpired(Context.Now)) wanted[Prefix + token.Id] = ClusterInfo.Sign(content, token);
        }

        if (Pods.SameLabels(wanted, map.Data)) return Requeue.None;
        var copy = map.DeepCopy();
        copy.Data = wanted;
        await Client.Resource<ConfigMap>().UpdateAsync(copy, cancel);
        return Requeue.None;
    }
}
