using Tiphys.Api.Certificates.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>
/// Approves requests of nodes for the client certificates of the components beside their kubelet: the service proxy and the
/// keeper of routes. Upstream leaves these credentials to whoever installs the cluster. A node gets exactly the identities of
/// <see cref="NodeComponents"/>, and only while it has the right to create
/// <c>certificatesigningrequests/nodecomponentclient</c>.
/// </summary>
internal sealed class NodeComponentApprover : KeyedController
{
    private readonly IInformer<CertificateSigningRequest> _requests;

    public NodeComponentApprover(ControllerContext context) : base(context, 5)
    {
        _requests = context.Informer<CertificateSigningRequest>();
        _requests.On(Enqueue, (_, after) => Enqueue(after));
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_requests.Get(key) is not { Spec.SignerName: NodeComponents.Signer } csr || !CertificateReview.IsOpen(csr)) return Requeue.None;
        if (!IsNode(csr) || CertificateClaims.Parse(csr) is not { IsForClient: true, HasAlternativeNames: false, Organizations: [] } claims || !NodeComponents.Users.Contains(claims.CommonName)) return Requeue.None;
        if (!await CertificateReview.AllowsAsync(Client, csr, "nodecomponentclient", cancel))
            throw new InvalidOperationException($"recognized csr \"{key.Name}\" as nodecomponentclient but subject access review was not approved");
        await CertificateReview.ApproveAsync(Client, csr, $"Auto approving client certificate of {claims.CommonName} after SubjectAccessReview.", Context.Now, cancel);
        return Requeue.None;
    }

    private static bool IsNode(CertificateSigningRequest csr) => csr.Spec.Username.StartsWith("system:node:", StringComparison.Ordinal) && csr.Spec.Groups?.Contains("system:nodes") == true;
}
