using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Api.Rbac.V1;
using Tiphys.Client;

namespace Tiphys.Joining;

/// <summary>
/// What a cluster needs so that nodes and servers can join it: its public description, its settings, and the rights of tokens and
/// nodes. Names and rights are those kubeadm installs, where it has them.
/// </summary>
/// <param name="client">The cluster, as administrator.</param>
/// <param name="server">Where this server is reached.</param>
/// <param name="authorityPem">The cluster's authority.</param>
/// <param name="settings">What nodes must know.</param>
/// <param name="shared">There may be other servers.</param>
internal sealed class JoinObjects(KubernetesClient client, Uri server, string authorityPem, ClusterSettings settings, bool shared)
{
    private const string Rbac = "rbac.authorization.k8s.io";
    private const string Nodes = "system:nodes";
    private const string SecretsRole = "kubeadm:" + ClusterSecrets.SecretName;
    private const string ApproverAccount = "node-certificate-approver";

    /// <summary>Makes what is missing and brings descriptions up to date. What an administrator changed in rights stays.</summary>
    public async Task EnsureAsync(CancellationToken cancel)
    {
        await EnsureMapAsync(WellKnownNamespaces.Public, ClusterInfo.Name, new() { [ClusterInfo.KubeconfigKey] = await DescriptionAsync(cancel) }, cancel);
        await EnsureMapAsync(WellKnownNamespaces.System, ClusterSettings.Name, settings.ToData(), cancel);
        foreach (var role in ClusterRoles()) await EnsureAsync(role, cancel);
        foreach (var binding in ClusterBindings()) await EnsureAsync(binding, cancel);
        await EnsureAsync(MapReader("kubeadm:bootstrap-signer-clusterinfo", WellKnownNamespaces.Public, ClusterInfo.Name), cancel);
        await EnsureAsync(Readers("kubeadm:bootstrap-signer-clusterinfo", WellKnownNamespaces.Public, User("system:anonymous")), cancel);
        await EnsureAsync(MapReader("tiphys:cluster-settings", WellKnownNamespaces.System, ClusterSettings.Name), cancel);
        await EnsureAsync(Readers("tiphys:cluster-settings", WellKnownNamespaces.System, Group(Nodes)), cancel);
        await EnsureAsync(SecretsReader(), cancel);
        await EnsureAsync(Readers(SecretsRole, WellKnownNamespaces.System, Group(ServerToken.Group)), cancel);
    }

    /// <summary>
    /// The cluster's description names the server that wrote it first. Were each server to put itself there, the signatures would
    /// change with every start.
    /// </summary>
    private async Task<string> DescriptionAsync(CancellationToken cancel)
    {
        var own = Kubeconfig.WriteCluster(server, authorityPem);
        if (!shared || (await client.Resource<ConfigMap>().FindAsync(WellKnownNamespaces.Public, ClusterInfo.Name, cancel))?.Data?.GetValueOrDefault(ClusterInfo.KubeconfigKey) is not { } known) return own;
        try
        {
            return Kubeconfig.ReadCluster(known).AuthorityPem == authorityPem ? known : own;
        }
        catch (KubeconfigException)
        {
            return own;
        }
    }

    private static IEnumerable<ClusterRole> ClusterRoles() =>
    [
        Role("kubeadm:get-nodes", Rule("", "nodes", "get")),
        Role("tiphys:certificatesigningrequests:nodecomponentclient", Rule("certificates.k8s.io", "certificatesigningrequests/nodecomponentclient", "create")),
        Role(NodeComponents.Routes, Rule("", "nodes", "get", "list", "watch")),
        Role(
            "tiphys:controller:" + ApproverAccount,
            Rule("certificates.k8s.io", "certificatesigningrequests", "get", "list", "watch"),
            Rule("certificates.k8s.io", "certificatesigningrequests/approval", "update"),
            new() { ApiGroups = ["certificates.k8s.io"], Resources = ["signers"], ResourceNames = ["kubernetes.io/kubelet-serving", NodeComponents.Signer], Verbs = ["approve"] },
            Rule("authorization.k8s.io", "subjectaccessreviews", "create"),
            Rule("", "nodes", "get", "list", "watch"),
            new() { ApiGroups = [""], Resources = ["endpoints", "services"], ResourceNames = ["kubernetes"], Verbs = ["get"] }),
    ];

    private static IEnumerable<ClusterRoleBinding> ClusterBindings() =>
    [
        Binding("kubeadm:kubelet-bootstrap", "system:node-bootstrapper", Group(BootstrapToken.DefaultGroup)),
        Binding("kubeadm:get-nodes", "kubeadm:get-nodes", Group(BootstrapToken.DefaultGroup)),
        Binding("kubeadm:node-autoapprove-bootstrap", "system:certificates.k8s.io:certificatesigningrequests:nodeclient", Group(BootstrapToken.DefaultGroup)),
        Binding("kubeadm:node-autoapprove-certificate-rotation", "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient", Group(Nodes)),
        Binding("tiphys:node-autoapprove-components", "tiphys:certificatesigningrequests:nodecomponentclient", Group(Nodes)),
        Binding(NodeComponents.Routes, NodeComponents.Routes, User(NodeComponents.Routes)),
        Binding("tiphys:controller:" + ApproverAccount, "tiphys:controller:" + ApproverAccount, new Subject { Kind = "ServiceAccount", Namespace = WellKnownNamespaces.System, Name = ApproverAccount }),
    ];

    private async Task EnsureMapAsync(string ns, string name, Dictionary<string, string> data, CancellationToken cancel)
    {
        var maps = client.Resource<ConfigMap>();
        if (await maps.FindAsync(ns, name, cancel) is not { } map)
        {
            await maps.CreateAsync(new() { Metadata = new() { Namespace = ns, Name = name }, Data = data }, cancel);
            return;
        }

        if (data.All(d => map.Data?.GetValueOrDefault(d.Key) == d.Value)) return;
        map = map.DeepCopy();
        foreach (var (key, value) in data) (map.Data ??= [])[key] = value; // the rest are signatures
        await maps.UpdateAsync(map, cancel);
    }

    private async Task EnsureAsync<T>(T wanted, CancellationToken cancel) where T : class, IKubernetesObject<T>
    {
        var ns = wanted.Metadata.Namespace.Length > 0 ? wanted.Metadata.Namespace : null;
        if (await client.Resource<T>().FindAsync(ns, wanted.Metadata.Name, cancel) is null) await client.Resource<T>().CreateAsync(wanted, cancel);
    }

    private static PolicyRule Rule(string group, string resource, params List<string> verbs) => new() { ApiGroups = [group], Resources = [resource], Verbs = verbs };

    private static ClusterRole Role(string name, params List<PolicyRule> rules) => new() { Metadata = new() { Name = name }, Rules = rules };

    private static Role MapReader(string name, string ns, string map) => new()
    {
        Metadata = new() { Namespace = ns, Name = name },
        Rules = [new() { ApiGroups = [""], Resources = ["configmaps"], ResourceNames = [map], Verbs = ["get"] }],
    };

    private static Role SecretsReader() => new()
    {
        Metadata = new() { Namespace = WellKnownNamespaces.System, Name = SecretsRole },
        Rules = [new() { ApiGroups = [""], Resources = ["secrets"], ResourceNames = [ClusterSecrets.SecretName], Verbs = ["get"] }],
    };

    private static RoleBinding Readers(string name, string ns, Subject subject) => new()
    {
        Metadata = new() { Namespace = ns, Name = name },
        RoleRef = new() { ApiGroup = Rbac, Kind = "Role", Name = name },
        Subjects = [subject],
    };

    private static ClusterRoleBinding Binding(string name, string role, Subject subject) => new()
    {
        Metadata = new() { Name = name },
        RoleRef = new() { ApiGroup = Rbac, Kind = "ClusterRole", Name = role },
        Subjects = [subject],
    };

    private static Subject User(string name) => new() { Kind = "User", ApiGroup = Rbac, Name = name };

    private static Subject Group(string name) => new() { Kind = "Group", ApiGroup = Rbac, Name = name };
}
