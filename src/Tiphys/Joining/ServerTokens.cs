using System.Security.Cryptography.X509Certificates;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;
using Tiphys.Server;

namespace Tiphys.Joining;

/// <summary>
/// Makes the tokens with which servers join. The cluster's keys are uploaded with each, sealed with a key that is only in the token;
/// the upload belongs to the token's Secret, so that both go together. There is one upload, and so one such token at a time.
/// </summary>
/// <param name="client">The cluster, as administrator.</param>
/// <param name="data">Data directory of a server of the cluster.</param>
internal sealed class ServerTokens(KubernetesClient client, DataDirectory data)
{
    /// <summary>How long a token is valid unless told otherwise, as kubeadm's uploads are.</summary>
    public static readonly TimeSpan DefaultTtl = TimeSpan.FromHours(2);

    /// <summary>Creates a token and uploads the keys.</summary>
    /// <param name="token">The bootstrap token, not created yet.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <returns>The token and the command to join with.</returns>
    /// <exception cref="StartException">The server has nothing it could share.</exception>
    public async Task<(ServerToken Token, string Command)> CreateAsync(BootstrapToken token, CancellationToken cancel)
    {
        var record = ServerRecord.TryRead(data.ServerRecord);
        if (record?.Server is not { } server || !Directory.Exists(data.Pki))
            throw new StartException($"{data.Root} is no server's data directory: run this on a server of the cluster, with its --data-dir, since the keys are read there.");
        if (record.Etcd is null)
            throw new StartException("this server keeps its objects in an embedded store, which a second server cannot share: move them to an etcd first with `tiphys etcd migrate`, and start this server with --etcd-servers.");
        var key = CertificateKey.Generate();
        var system = await client.Resource<Namespace>().GetAsync(null, WellKnownNamespaces.System, cancel);
        var secrets = ClusterSecrets.Gather(data.Pki, record with { ClusterId = system.Metadata.Uid });
        using var authority = X509Certificate2.CreateFromPem(secrets.AuthorityPem);
        var full = new ServerToken(token, key, ClusterInfo.HashOf(authority));
        var created = await client.Resource<Secret>().CreateAsync(token.ToSecret(), cancel);
        await ReplaceAsync(secrets.Seal(key, created), cancel);
        return (full, $"tiphys server --server {server.AbsoluteUri.TrimEnd('/')} --token {full.Text}");
    }

    /// <summary>The token before opens nothing any more; left behind it would only mislead.</summary>
    private async Task ReplaceAsync(Secret wanted, CancellationToken cancel)
    {
        var secrets = client.Resource<Secret>();
        if (await secrets.FindAsync(wanted.Metadata.Namespace, wanted.Metadata.Name, cancel) is not { } before)
        {
            await secrets.CreateAsync(wanted, cancel);
            return;
        }

        // Deleted and made again, not changed: the collector may be about to delete it as the one that belonged to the token before.
        await IgnoreMissingAsync(secrets.DeleteAsync(wanted.Metadata.Namespace, wanted.Metadata.Name, null, cancel));
        await secrets.CreateAsync(wanted, cancel);
        foreach (var owner in before.Metadata.OwnerReferences ?? []) await IgnoreMissingAsync(secrets.DeleteAsync(wanted.Metadata.Namespace, owner.Name, null, cancel));
    }

    private static async Task IgnoreMissingAsync(Task deletion)
    {
        try
        {
            await deletion;
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Gone already.
        }
    }
}
