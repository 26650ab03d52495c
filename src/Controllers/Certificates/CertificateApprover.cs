using System.Security.Cryptography.X509Certificates;
using Tiphys.Api.Authorization.V1;
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
        if (_requests.Get(key) is not { } csr || csr.Status.Certificate is { Length: > 0 } || csr.Status.Conditions is { Count: > 0 } || csr.Spec.SignerName != "kubernetes.io/kube-apiserver-client-kubelet") return Requeue.None;
        if (KubeletRequest.Parse(csr) is not { } node) return Requeue.None;
        var own = node == csr.Spec.Username;
        if (own && await AllowedAsync(csr, "selfnodeclient", cancel)) await ApproveAsync(csr, "Auto approving self kubelet client certificate after SubjectAccessReview.", cancel);
        else if (await AllowedAsync(csr, "nodeclient", cancel)) await ApproveAsync(csr, "Auto approving kubelet client certificate after SubjectAccessReview.", cancel);
        else throw new InvalidOperationException($"recognized csr \"{key.Name}\" as [{(own ? "selfnodeclient nodeclient" : "nodeclient")}] but subject access review was not approved");
        return Requeue.None;
    }

    private async Task<bool> AllowedAsync(CertificateSigningRequest csr, string subresource, CancellationToken cancel)
    {
        var review = new SubjectAccessReview
        {
            Spec = new()
            {
                User = csr.Spec.Username,
                Uid = csr.Spec.Uid,
                Groups = csr.Spec.Groups,
                Extra = csr.Spec.Extra,
                ResourceAttributes = new() { Group = "certificates.k8s.io", Resource = "certificatesigningrequests", Verb = "create", Subresource = subresource, Version = "*" },
            },
        };
        return (await Client.SendAsync<SubjectAccessReview>(HttpMethod.Post, "apis/authorization.k8s.io/v1/subjectaccessreviews", review, cancel)).Status.Allowed;
    }

    private async Task ApproveAsync(CertificateSigningRequest csr, string message, CancellationToken cancel)
    {
        var copy = csr.DeepCopy();
        (copy.Status.Conditions ??= []).Add(new() { Type = "Approved", Status = "True", Reason = "AutoApproved", Message = message, LastUpdateTime = Context.Now, LastTransitionTime = Context.Now });
        await Client.SendAsync<CertificateSigningRequest>(HttpMethod.Put, ResourcePath.Of(CertificateSigningRequest.Info, null, csr.Metadata.Name, "approval"), copy, cancel);
    }
}

/// <summary>Recognizes a kubelet's request for a client certificate.</summary>
internal static class KubeletRequest
{
    private static readonly HashSet<string> s_usages = new(StringComparer.Ordinal) { "digital signature", "client auth" };
    private static readonly HashSet<string> s_rsaUsages = new(StringComparer.Ordinal) { "digital signature", "client auth", "key encipherment" };

    /// <summary>The node's user name; null when this is no such request.</summary>
    public static string? Parse(CertificateSigningRequest csr)
    {
        try
        {
            var request = CertificateRequest.LoadSigningRequestPem(System.Text.Encoding.ASCII.GetString(csr.Spec.Request), System.Security.Cryptography.HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
            var names = request.SubjectName.EnumerateRelativeDistinguishedNames().Where(static n => !n.HasMultipleElements).ToLookup(static n => n.GetSingleElementType().Value, static n => n.GetSingleElementValue());
            var user = names["2.5.4.3"].FirstOrDefault() ?? "";
            var usages = (csr.Spec.Usages ?? []).ToHashSet(StringComparer.Ordinal);
            var fits = user.StartsWith("system:node:", StringComparison.Ordinal) && names["2.5.4.10"].SequenceEqual(["system:nodes"]) && (usages.SetEquals(s_usages) || usages.SetEquals(s_rsaUsages))
                && !request.CertificateExtensions.Any(static e => e.Oid?.Value == "2.5.29.17");
            return fits ? user : null;
        }
        catch (Exception e) when (e is System.Security.Cryptography.CryptographicException or ArgumentException)
        {
            return null;
        }
    }
}
