using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Tiphys.Api.Certificates.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Rbac.V1;
using Tiphys.Client;

namespace Tiphys.Controllers.Tests;

/// <summary>Which certificates nodes get without anybody's approval, on a cluster of these tests' own.</summary>
public sealed class NodeCertificateTests(NodeCertificateTests.Fixture fixture) : IClassFixture<NodeCertificateTests.Fixture>
{
    private const string Serving = "kubernetes.io/kubelet-serving";
    private static readonly IPAddress s_own = IPAddress.Parse("192.0.2.10");
    private readonly TestCluster _cluster = fixture.Cluster;

    [Fact]
    public async Task A_node_gets_a_serving_certificate_for_its_own_name_and_addresses()
    {
        var certificate = await IssuedAsync("a", Node("a", ["a"], s_own));
        Assert.Equal([s_own], certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateIPAddresses());
        Assert.Equal(["a"], certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames());
    }

    [Fact]
    public async Task It_does_not_get_one_for_others_names_and_addresses()
    {
        await fixture.NodeAsync("thief", "192.0.2.11", "192.0.2.1", "10.43.0.1", "127.0.0.1", "192.0.2.12");
        await PendingAsync(
            ("thief", Node("thief", ["thief"], IPAddress.Parse("192.0.2.11"))), // another node's
            ("thief", Node("thief", ["thief"], IPAddress.Parse("192.0.2.1"))), // the API server's
            ("thief", Node("thief", ["thief"], IPAddress.Parse("10.43.0.1"))), // the API server's Service
            ("thief", Node("thief", ["thief"], IPAddress.Loopback)),
            ("thief", Node("thief", ["thief"], IPAddress.Parse("192.0.2.99"))), // not reported
            ("thief", Node("thief", ["kubernetes.default.svc"], IPAddress.Parse("192.0.2.12"))),
            ("kubernetes.default.svc", Node("kubernetes.default.svc", ["kubernetes.default.svc"])),
            ("thief", Node("thief", [], IPAddress.Parse("192.0.2.12")) with { Organizations = ["system:nodes", "system:masters"] }));
    }

    [Fact]
    public async Task A_node_gets_the_identities_of_its_components_and_no_others()
    {
        foreach (var user in NodeComponents.Users)
        {
            var certificate = await IssuedAsync("a", CertificateTemplate.Client(NodeComponents.Signer, user));
            Assert.Equal("CN=" + user, certificate.Subject);
            Assert.True(_cluster.Pki.Authority.VerifiesClient(certificate));
        }

        await PendingAsync(
            ("a", CertificateTemplate.Client(NodeComponents.Signer, "kubernetes-admin")),
            ("a", CertificateTemplate.Client(NodeComponents.Signer, NodeComponents.Proxy, "admins")),
            ("a", CertificateTemplate.Server(NodeComponents.Signer, NodeComponents.Proxy, [], ["kubernetes"], [])));
    }

    [Fact]
    public async Task A_subject_with_several_values_in_one_part_is_nobodys()
    {
        // One reader sees the node in it, another the administrators.
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = SubjectOf([("2.5.4.10", "system:nodes")], [("2.5.4.3", "system:node:a"), ("2.5.4.10", "system:masters")]);
        var pem = new CertificateRequest(subject, key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        var request = new CertificateSigningRequest
        {
            Metadata = new() { Name = "several" },
            Spec = new() { Request = Encoding.ASCII.GetBytes(pem), SignerName = "kubernetes.io/kube-apiserver-client-kubelet", Usages = ["digital signature", "client auth"] },
        };
        await _cluster.Client.Resource<CertificateSigningRequest>().CreateAsync(request, default);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.Null((await _cluster.Client.Resource<CertificateSigningRequest>().GetAsync(null, "several", default)).Status.Conditions);
    }

    private static X500DistinguishedName SubjectOf(params (string Type, string Value)[][] parts)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var part in parts)
            {
                using var set = writer.PushSetOf();
                foreach (var (type, value) in part)
                {
                    using var element = writer.PushSequence();
                    writer.WriteObjectIdentifier(type);
                    writer.WriteCharacterString(UniversalTagNumber.UTF8String, value);
                }
            }
        }

        return new X500DistinguishedName(writer.Encode());
    }

    private static CertificateTemplate Node(string name, IReadOnlyList<string> names, params IReadOnlyList<IPAddress> addresses) =>
        CertificateTemplate.Server(Serving, "system:node:" + name, ["system:nodes"], names, addresses);

    private async Task<X509Certificate2> IssuedAsync(string node, CertificateTemplate template)
    {
        using var client = _cluster.ClientFor("kubelet", "system:node:" + node, "system:nodes");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var patience = new CancellationTokenSource(Patience.Limit);
        return X509Certificate2.CreateFromPem(await new SigningRequestIssuer(client).IssueAsync(template, key, patience.Token));
    }

    /// <summary>Asks for all, gives the approver the time to see them, and looks that none was approved.</summary>
    private async Task PendingAsync(params (string Node, CertificateTemplate Template)[] asked)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await Task.WhenAll(asked.Select(async a =>
        {
            using var client = _cluster.ClientFor("kubelet", "system:node:" + a.Node, "system:nodes");
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new SigningRequestIssuer(client).IssueAsync(a.Template, key, patience.Token));
        }));
    }

    /// <summary>The cluster, with two nodes.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        internal TestCluster Cluster { get; } = new(static o => o with { Controllers = ["certificatesigningrequest-approving-controller", "certificatesigningrequest-signing-controller", "kubelet-serving-approving-controller", "node-component-approving-controller"] });

        public async ValueTask InitializeAsync()
        {
            await Cluster.InitializeAsync();
            await GrantAsync("approver", [Rule("certificates.k8s.io", "*", "*"), Rule("authorization.k8s.io", "*", "*"), Rule("", "*", "get", "list", "watch")], new() { Kind = "ServiceAccount", Namespace = "kube-system", Name = "node-certificate-approver" });
            await GrantAsync("components", [Rule("certificates.k8s.io", "certificatesigningrequests/nodecomponentclient", "create")], new() { Kind = "Group", ApiGroup = "rbac.authorization.k8s.io", Name = "system:nodes" });
            await NodeAsync("a", s_own.ToString());
            await NodeAsync("b", "192.0.2.11");
        }

        public ValueTask DisposeAsync() => Cluster.DisposeAsync();

        internal Task NodeAsync(string name, params string[] addresses) => Cluster.Client.Resource<Node>().CreateAsync(
            new() { Metadata = new() { Name = name }, Status = new() { Addresses = [.. addresses.Select(static a => new NodeAddress { Type = "InternalIP", Address = a })] } }, default);

        private async Task GrantAsync(string name, List<PolicyRule> rules, Subject subject)
        {
            await Cluster.Client.Resource<ClusterRole>().CreateAsync(new() { Metadata = new() { Name = name }, Rules = rules }, default);
            await Cluster.Client.Resource<ClusterRoleBinding>().CreateAsync(new() { Metadata = new() { Name = name }, RoleRef = new() { ApiGroup = "rbac.authorization.k8s.io", Kind = "ClusterRole", Name = name }, Subjects = [subject] }, default);
        }

        private static PolicyRule Rule(string group, string resource, params List<string> verbs) => new() { ApiGroups = [group], Resources = [resource], Verbs = verbs };
    }
}
