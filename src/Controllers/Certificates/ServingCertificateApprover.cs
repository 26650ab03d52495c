using System.Net;
using Tiphys.Api.Certificates.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>
/// Approves kubelets' requests for serving certificates (signer kubernetes.io/kubelet-serving), which upstream leaves to the
/// administrator. A kubelet gets its node's own name and the addresses its Node object reports, except those that would let it
/// pass for somebody else: another node's, the API server's, loopback. What is not approved here stays for
/// <c>kubectl certificate approve</c>.
/// </summary>
internal sealed class ServingCertificateApprover : KeyedController
{
    private const string Signer = "kubernetes.io/kubelet-serving";
    private const string UserPrefix = "system:node:";
    private readonly IInformer<CertificateSigningRequest> _requests;
    private readonly IInformer<Node> _nodes;

    public ServingCertificateApprover(ControllerContext context) : base(context, 5)
    {
        _requests = context.Informer<CertificateSigningRequest>();
        _nodes = context.Informer<Node>();
        _requests.On(Enqueue, (_, after) => Enqueue(after));
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_requests.Get(key) is not { Spec.SignerName: Signer } csr || !CertificateReview.IsOpen(csr)) return Requeue.None;
        if (CertificateClaims.Parse(csr) is not { IsForServer: true, HasOtherNames: false, HasAlternativeNames: true, Organizations: ["system:nodes"] } claims) return Requeue.None;
        if (claims.CommonName != csr.Spec.Username || !claims.CommonName.StartsWith(UserPrefix, StringComparison.Ordinal) || csr.Spec.Groups?.Contains("system:nodes") != true) return Requeue.None;

        // The node may not have reported its addresses yet; failing here has the request looked at again.
        var name = claims.CommonName[UserPrefix.Length..];
        if (await ObjectionAsync(name, claims, cancel) is { } objection) throw new InvalidOperationException($"csr \"{key.Name}\" is left to an administrator: {objection}");
        await CertificateReview.ApproveAsync(Client, csr, "Auto approving kubelet serving certificate for the node's own name and addresses.", Context.Now, cancel);
        return Requeue.None;
    }

    private async Task<string?> ObjectionAsync(string name, CertificateClaims claims, CancellationToken cancel)
    {
        if (claims.DnsNames.FirstOrDefault(d => d != name || IsReserved(d)) is { } foreign) return $"the node may not be called {foreign}";
        if (_nodes.Get(new ObjectKey("", name)) is not { } node) return $"there is no node {name}";
        var own = Addresses(node);
        var others = _nodes.List().Where(n => n.Metadata.Name != name).SelectMany(Addresses).ToHashSet();
        others.UnionWith(await ServersAsync(cancel));
        foreach (var address in claims.Addresses)
        {
            if (!own.Contains(address)) return $"node {name} does not report the address {address}";
            if (others.Contains(address)) return $"the address {address} is somebody else's, too";
            if (IPAddress.IsLoopback(address)) return $"the address {address} is everybody's";
        }

        return null;
    }

    private async Task<IEnumerable<IPAddress>> ServersAsync(CancellationToken cancel)
    {
        var endpoints = await Client.Resource<Endpoints>().FindAsync(WellKnownNamespaces.Default, "kubernetes", cancel);
        var service = await Client.Resource<Service>().FindAsync(WellKnownNamespaces.Default, "kubernetes", cancel);
        return Parse([.. (endpoints?.Subsets ?? []).SelectMany(static s => s.Addresses ?? []).Select(static a => a.IP), .. service?.Spec.ClusterIPs ?? []]);
    }

    private static HashSet<IPAddress> Addresses(Node node) => [.. Parse((node.Status.Addresses ?? []).Select(static a => a.Address))];

    private static IEnumerable<IPAddress> Parse(IEnumerable<string> texts) => texts.Select(static t => IPAddress.TryParse(t, out var address) ? address : null).OfType<IPAddress>();

    /// <summary>Names under which clients look for the API server or for Services.</summary>
    private static bool IsReserved(string name) =>
        name is "kubernetes" or "localhost" || name.StartsWith("kubernetes.", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".svc", StringComparison.OrdinalIgnoreCase) || name.Contains(".svc.", StringComparison.OrdinalIgnoreCase);
}
