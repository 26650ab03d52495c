using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>
/// Puts the certificates that pods verify the API server with into every namespace, as ConfigMap <c>kube-root-ca.crt</c>
/// (upstream's root-ca-certificate-publisher).
/// </summary>
internal sealed class RootCertificatePublisher : KeyedController
{
    private const string Name = "kube-root-ca.crt";
    private const string Key = "ca.crt";
    private readonly string _certificates;
    private readonly IInformer<Namespace> _namespaces;
    private readonly IInformer<ConfigMap> _maps;

    public RootCertificatePublisher(ControllerContext context, string certificates) : base(context, 1)
    {
        _certificates = certificates;
        _namespaces = context.Informer<Namespace>();
        _maps = context.Informer<ConfigMap>(new() { FieldSelector = "metadata.name=" + Name });
        _namespaces.On(Enqueue, (_, after) => Enqueue(after));
        _maps.On(updated: (_, map) => Queue.Add(new("", map.Metadata.Namespace)), deleted: map => Queue.Add(new("", map.Metadata.Namespace)));
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_namespaces.Get(key) is not { Status.Phase: not NamespacePhase.Terminating, Metadata.DeletionTimestamp: null }) return Requeue.None;
        var maps = Client.Resource<ConfigMap>();
        try
        {
            if (_maps.Get(key.Name, Name) is not { } map)
            {
                await maps.CreateAsync(
                    new()
                    {
                        Metadata = new() { Name = Name, Namespace = key.Name, Annotations = new() { ["kubernetes.io/description"] = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters." } },
                        Data = new() { [Key] = _certificates },
                    },
                    cancel);
            }
            else if (map.Data?.Count != 1 || map.Data.GetValueOrDefault(Key) != _certificates)
            {
                map = map.DeepCopy();
                map.Data = new() { [Key] = _certificates };
                await maps.UpdateAsync(map, cancel);
            }
        }
        catch (ApiException e) when (e.IsAlreadyExists || e.IsNamespaceTerminating || e.IsNotFound)
        {
            // The watch brings what is there; a namespace on its way out needs nothing.
        }

        return Requeue.None;
    }
}
