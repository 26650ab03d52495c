using Microsoft.Extensions.Logging;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;
using Tiphys.Server;

namespace Tiphys.Joining;

/// <summary>
/// Has a server join the cluster of another: with a token from there it fetches what all servers share, and keeps it in its data
/// directory. Everything is verified before the first file is written. Certificates of its own the server makes itself afterwards.
/// </summary>
internal sealed partial class ServerJoin
{
    private const string NewToken = "tiphys token create --server";
    private readonly ServerOptions _options;
    private readonly DataDirectory _data;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    private ServerJoin(ServerOptions options, DataDirectory data, TimeProvider time, ILogger logger) => (_options, _data, _time, _logger) = (options, data, time, logger);

    /// <summary>The options a server is to run with: those of the cluster it joined, joins now, or its own when it is the first.</summary>
    /// <exception cref="StartException">It cannot join; the message says why.</exception>
    public static async Task<ServerOptions> ApplyAsync(ServerOptions options, DataDirectory data, TimeProvider time, ILogger logger, CancellationToken cancel)
    {
        var record = Path.Combine(data.Pki, ClusterSecrets.RecordFile);
        if (ServerRecord.TryRead(record) is { } joined) return SharedSettings.Apply(options, joined, data.Pki);
        if (options.Join is null && options.Token is null) return options;
        return await new ServerJoin(options, data, time, logger).RunAsync(cancel);
    }

    private async Task<ServerOptions> RunAsync(CancellationToken cancel)
    {
        if (_options.Join is not { } server) throw new StartException("--token joins another server's cluster: name that server with --server https://HOST:PORT.");
        if (Directory.Exists(_data.Pki)) throw new StartException($"{_data.Root} holds the keys of a cluster of its own: start without --server, or join with an empty --data-dir.");
        var token = Token();
        ClusterDiscovery.CheckHashes(_options.AuthorityHashes);
        if (_options.AuthorityHashes.Count > 0 && !_options.AuthorityHashes.Contains(token.AuthorityHash, StringComparer.OrdinalIgnoreCase))
            throw new StartException($"the token is for the cluster whose CA has the hash {token.AuthorityHash}, and not for the one of --discovery-token-ca-cert-hash.");
        var pem = await new ClusterDiscovery(server, NewToken, _time, _logger).AuthorityAsync(token.Token, [token.AuthorityHash], cancel);
        var secrets = ClusterSecrets.Open(await FetchAsync(server, pem, token.Token, cancel), token.Key);
        if (!SameAuthority(secrets.AuthorityPem, token.AuthorityHash)) throw new StartException($"the keys that {server} hands out are not those of its cluster.");
        var options = SharedSettings.Apply(_options, secrets.Record, _data.Pki);
        if (options.Etcd is { } etcd && _options.Etcd is null && !server.IsLoopback && etcd.Servers.All(static e => e.IsLoopback))
            throw new StartException($"{server} reaches etcd at {string.Join(", ", etcd.Servers.Select(static e => e.GetLeftPart(UriPartial.Authority)))}, which from here is another machine: name the members' addresses with --etcd-servers.");
        secrets.WriteTo(_data.Pki);
        LogJoined(_logger, server);
        return options;
    }

    private ServerToken Token()
    {
        if (_options.Token is not { } text) throw new StartException($"a server joins with a token: run `{NewToken}` on the first server and give --token what it prints.");
        if (ServerToken.Parse(text) is { } token) return token;
        throw new StartException(BootstrapToken.Parse(text) is null
            ? $"the token is not of the form ID.SECRET.KEY.HASH that `{NewToken}` prints on the first server."
            : $"the token \"{text[..6]}\" is for agents only: run `{NewToken}` on the first server and use the token it prints.");
    }

    private async Task<Secret> FetchAsync(Uri server, string pem, BootstrapToken token, CancellationToken cancel)
    {
        using var client = new ClientConfig { Server = server, Authorities = PemCertificates.Parse(pem), Token = token.Text }.CreateClient("tiphys-join");
        try
        {
            if (!_options.Disabled.Contains("agent")) await NodeIdentity.RefuseTakenNameAsync(client, _options.NodeName, cancel);
            return await client.Resource<Secret>().GetAsync(WellKnownNamespaces.System, ClusterSecrets.SecretName, cancel);
        }
        catch (ApiException e) when (e.Status.Code == 401)
        {
            throw new StartException($"{server} does not accept the token \"{token.Id}\": it has expired or was revoked; run `{NewToken}` on the first server.");
        }
        catch (ApiException e) when (e.Status.Code is 403 or 404)
        {
            throw new StartException($"{server} has no keys for the token \"{token.Id}\", which is for agents only or has expired; run `{NewToken}` on the first server.");
        }
        catch (Exception e) when (e is ApiException or HttpRequestException)
        {
            throw new StartException($"the server could not join {server}: {e.Message}");
        }
    }

    private static bool SameAuthority(string pem, string hash) => PemCertificates.Parse(pem).Any(a => ClusterInfo.HashOf(a) == hash);

    [LoggerMessage(Level = LogLevel.Information, Message = "This server has joined the cluster of {Server}")]
    private static partial void LogJoined(ILogger logger, Uri server);
}
