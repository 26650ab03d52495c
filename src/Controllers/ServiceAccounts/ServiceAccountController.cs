using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Gives every namespace its <c>default</c> service account (upstream's serviceaccount controller).</summary>
internal sealed class ServiceAccountController : KeyedController
{
    private const string Default = "default";
    private readonly IInformer<Namespace> _namespaces;
    private readonly IInformer<ServiceAccount> _accounts;

    public ServiceAccountController(ControllerContext context) : base(context, 1)
    {
        _namespaces = context.Informer<Namespace>();
        _accounts = context.Informer<ServiceAccount>();
        _namespaces.On(Enqueue, (_, after) => Enqueue(after));
        _accounts.On(deleted: account => Queue.Add(new("", account.Metadata.Namespace)));
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_namespaces.Get(key) is not { Status.Phase: not NamespacePhase.Terminating, Metadata.DeletionTimestamp: null }) return Requeue.None;
        if (_accounts.Get(key.Name, Default) is not null) return Requeue.None;
        try
        {
            await Client.Resource<ServiceAccount>().CreateAsync(new() { Metadata = new() { Name = Default, Namespace = key.Name } }, cancel);
        }
        catch (ApiException e) when (e.IsAlreadyExists || e.IsNamespaceTerminating || e.IsNotFound)
        {
            // It is there, or is not needed any more.
        }

        return Requeue.None;
    }
}
