using Tiphys.Api;
using Tiphys.Api.Certificates.V1;

namespace Tiphys.ApiServer;

/// <summary>Only those who may <c>approve</c> for a signer approve or deny requests to it.</summary>
/// <param name="authorizer">Decides who may.</param>
public sealed class CertificateApproval(IAuthorizer authorizer) : IAdmissionPlugin
{
    /// <inheritdoc/>
    public string Name => "CertificateApproval";

    /// <inheritdoc/>
    public async ValueTask ValidateAsync(AdmissionAttributes write, CancellationToken cancel)
    {
        if (write is not { Subresource: "approval", OldObject: CertificateSigningRequest request }) return;
        if (!await SignerAccess.MayAsync(authorizer, write.User, "approve", request.Spec.SignerName, cancel))
            throw Refusal.Of(write, $"user not permitted to approve requests with signerName \"{request.Spec.SignerName}\"");
    }
}

/// <summary>Only those who may <c>sign</c> for a signer put certificates into requests to it.</summary>
/// <param name="authorizer">Decides who may.</param>
public sealed class CertificateSigning(IAuthorizer authorizer) : IAdmissionPlugin
{
    /// <inheritdoc/>
    public string Name => "CertificateSigning";

    /// <inheritdoc/>
    public async ValueTask ValidateAsync(AdmissionAttributes write, CancellationToken cancel)
    {
        if (write is not { Subresource: "status", OldObject: CertificateSigningRequest old, Object: CertificateSigningRequest request } || ApiJson.Same(old.Status, request.Status)) return;
        if (!await SignerAccess.MayAsync(authorizer, write.User, "sign", old.Spec.SignerName, cancel))
            throw Refusal.Of(write, $"user not permitted to sign requests with signerName \"{old.Spec.SignerName}\"");
    }
}

/// <summary>Nobody becomes a member of <c>system:masters</c> by way of a signed request.</summary>
public sealed class CertificateSubjectRestriction : IAdmissionPlugin
{
    private const string ClientSigner = "kubernetes.io/kube-apiserver-client";

    /// <inheritdoc/>
    public string Name => "CertificateSubjectRestriction";

    /// <inheritdoc/>
    public ValueTask ValidateAsync(AdmissionAttributes write, CancellationToken cancel)
    {
        if (write is not { Operation: AdmissionOperation.Create, Subresource: "", Object: CertificateSigningRequest { Spec.SignerName: ClientSigner } request }) return ValueTask.CompletedTask;
        var parsed = SigningRequest.Read(request.Spec.Request) ?? throw Refusal.Of(write, "failed to parse CSR");
        return SigningRequest.Organizations(parsed).Contains(UserInfo.Masters)
            ? throw Refusal.Of(write, $"use of {ClientSigner} signer with {UserInfo.Masters} group is not allowed")
            : ValueTask.CompletedTask;
    }
}

/// <summary>Rights on signers.</summary>
internal static class SignerAccess
{
    /// <summary>Whether a user may approve or sign for a signer, by its name or by all names of its domain.</summary>
    public static async ValueTask<bool> MayAsync(IAuthorizer authorizer, UserInfo user, string verb, string signer, CancellationToken cancel)
    {
        foreach (var name in (string[])[signer, signer.Split('/')[0] + "/*"])
        {
            var info = new RequestInfo { Path = "", IsResourceRequest = true, Verb = verb, Group = "certificates.k8s.io", Version = "*", Resource = "signers", Name = name };
            if ((await authorizer.AuthorizeAsync(user, info, cancel)).Verdict == AuthorizationVerdict.Allow) return true;
        }

        return false;
    }
}
