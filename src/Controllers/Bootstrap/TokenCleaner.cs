using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Deletes bootstrap tokens whose time is over (upstream's token-cleaner-controller).</summary>
internal sealed class TokenCleaner : KeyedController
{
    private readonly IInformer<Secret> _secrets;

    public TokenCleaner(ControllerContext context) : base(context, 1)
    {
        _secrets = context.Informer<Secret>(BootstrapToken.Query);
        _secrets.On(Enqueue, (_, after) => Enqueue(after));
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_secrets.Get(key) is not { } secret || BootstrapToken.Read(secret) is not { } token) return Requeue.None;
        if (!token.IsExpired(Context.Now)) return token.Expires is { } time ? Requeue.In(time - Context.Now) : Requeue.None;
        try
        {
            await Client.Resource<Secret>().DeleteAsync(key.Namespace, key.Name, new() { Preconditions = new() { Uid = secret.Metadata.Uid } }, cancel);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // already gone
        }

        return Requeue.None;
    }
}
