using Tiphys.Api.Authorization.V1;
using Tiphys.Api.Certificates.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>What approvers have in common: asking whether a requester has a right, and approving.</summary>
internal static class CertificateReview
{
    /// <summary>Whether nobody has decided yet.</summary>
    public static bool IsOpen(CertificateSigningRequest csr) => csr.Status.Certificate is not { Length: > 0 } && csr.Status.Conditions is not { Count: > 0 };

    /// <summary>Whether the requester may create a subresource of requests, which stands for a kind of certificate.</summary>
    public static async Task<bool> AllowsAsync(KubernetesClient client, CertificateSigningRequest csr, string subresource, CancellationToken cancel)
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
        return (await client.SendAsync<SubjectAccessReview>(HttpMethod.Post, "apis/authorization.k8s.io/v1/subjectaccessreviews", review, cancel)).Status.Allowed;
    }

    /// <summary>Approves a request.</summary>
    public static async Task ApproveAsync(KubernetesClient client, CertificateSigningRequest csr, string message, DateTimeOffset now, CancellationToken cancel)
    {
        var copy = csr.DeepCopy();
        (copy.Status.Conditions ??= []).Add(new() { Type = "Approved", Status = "True", Reason = "AutoApproved", Message = message, LastUpdateTime = now, LastTransitionTime = now });
        await client.SendAsync<CertificateSigningRequest>(HttpMethod.Put, ResourcePath.Of(CertificateSigningRequest.Info, null, csr.Metadata.Name, "approval"), copy, cancel);
    }
}
