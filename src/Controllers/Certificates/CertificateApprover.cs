using Tiphys.Api.Certificates.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Approves requests of kubelets for their own client certificates (upstream's csrapproving controller).</summary>
internal sealed class CertificateApprover : KeyedController
{
    private readonly IInformer<CertificateSigningRequest> _requests;

    public CertificateApprover(ControllerContext context) : base(context, 5)
    {
        _requests = context.Informer<CertificateSigningRequest>();
        _requests.On(Enqueue, (_, after) => Enqueue(after));
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_requests.Get(key) is not { Spec.SignerName: "kubernetes.io/kube-apiserver-client-kubelet" } csr || !CertificateReview.IsOpen(csr)) return Requeue.None;
        if (KubeletRequest.Parse(csr) is not { } node) return Requeue.None;
        var own = node == csr.Spec.Username;
        if (own && await CertificateReview.AllowsAsync(Client, csr, "selfnodeclient", cancel)) await ApproveAsync(csr, "Auto approving self kubelet client certificate after SubjectAccessReview.", cancel);
        else if (await CertificateReview.AllowsAsync(Client, csr, "nodeclient", cancel)) await ApproveAsync(csr, "Auto approving kubelet client certificate after SubjectAccessReview.", cancel);
        else throw new InvalidOperationException($"recognized csr \"{key.Name}\" as [{(own ? "selfnodeclient nodeclient" : "nodeclient")}] but subject access review was not approved");
        return Requeue.None;
    }

    private Task ApproveAsync(CertificateSigningRequest csr, string message, CancellationToken cancel) => CertificateReview.ApproveAsync(Client, csr, message, Context.Now, cancel);
}

/// <summary>Recognizes a kubelet's request for a client certificate.</summary>
internal static class KubeletRequest
{
    /// <summary>The node's user name; null when this is no such request.</summary>
    public static string? Parse(CertificateSigningRequest csr)
    {
        if (CertificateClaims.Parse(csr) is not { IsForClient: true, HasAlternativeNames: false } claims) return null;
        return claims.CommonName.StartsWith("system:node:", StringComparison.Ordinal) && claims.Organizations is ["system:nodes"] ? claims.CommonName : null;
    }
}
