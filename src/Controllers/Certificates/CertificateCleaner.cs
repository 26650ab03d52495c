using Tiphys.Api.Certificates.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Deletes certificate requests that are settled or that nobody settled (upstream's csrcleaner controller).</summary>
internal sealed class CertificateCleaner : KeyedController
{
    private static readonly TimeSpan Settled = TimeSpan.FromHours(1);
    private static readonly TimeSpan Pending = TimeSpan.FromHours(24);
    private readonly IInformer<CertificateSigningRequest> _requests;

    public CertificateCleaner(ControllerContext context) : base(context, 1)
    {
        _requests = context.Informer<CertificateSigningRequest>();
        _requests.On(Enqueue, (_, after) => Enqueue(after));
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_requests.Get(key) is not { } csr) return Requeue.None;
        var last = csr.Status.Conditions?.Max(static c => c.LastUpdateTime);
        var due = last is { } settled && (csr.Status.Certificate is { Length: > 0 } || csr.Status.Conditions!.Exists(static c => c.Type is "Denied" or "Failed")) ? settled + Settled : (csr.Metadata.CreationTimestamp ?? Context.Now) + Pending;
        if (due > Context.Now) return Requeue.In(due - Context.Now);
        try
        {
            await Client.Resource<CertificateSigningRequest>().DeleteAsync(null, key.Name, new() { Preconditions = new() { Uid = csr.Metadata.Uid } }, cancel);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // already gone
        }

        return Requeue.None;
    }
}
