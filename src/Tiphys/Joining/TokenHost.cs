using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;
using Tiphys.Server;

namespace Tiphys.Joining;

/// <summary>A token to create.</summary>
internal sealed record NewToken
{
    /// <summary>The token; null for a random one.</summary>
    public string? Token { get; init; }

    /// <summary>How long it is valid; zero for ever.</summary>
    public TimeSpan Ttl { get; init; }

    public string Description { get; init; } = "";

    public IReadOnlyList<string> Usages { get; init; } = [];

    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Print the whole command with which a node joins.</summary>
    public bool PrintJoinCommand { get; init; }

    /// <summary>Where this server is reached; null when run elsewhere, with a kubeconfig.</summary>
    public Uri? Address { get; init; }

    /// <summary>Data directory of this server, for a token with which servers join; null for one of nodes.</summary>
    public DataDirectory? Server { get; init; }
}

/// <summary><c>tiphys token</c>.</summary>
internal static class TokenHost
{
    private static readonly string[] s_columns = ["TOKEN", "TTL", "EXPIRES", "USAGES", "DESCRIPTION", "EXTRA GROUPS"];

    /// <summary>Creates a token and prints it, or the command to join with.</summary>
    /// <exception cref="StartException">It cannot be created as asked for.</exception>
    public static async Task CreateAsync(KubernetesClient client, NewToken wanted, TimeProvider time, CancellationToken cancel)
    {
        var token = wanted.Token is null ? BootstrapToken.Generate() : BootstrapToken.Parse(wanted.Token) ?? throw new StartException($"the bootstrap token \"{wanted.Token}\" was not of the form \"{BootstrapToken.Pattern}\"");
        foreach (var usage in wanted.Usages)
            if (usage is not ("signing" or "authentication") && (usage != ServerToken.Usage || wanted.Server is null)) throw new StartException($"invalid usages: [{usage}]; use signing, authentication");
        foreach (var group in wanted.Groups)
            if (!BootstrapToken.IsGroup(group)) throw new StartException($"bootstrap group \"{group}\" is invalid (must match \\Asystem:bootstrappers:[a-z0-9:-]{{0,255}}[a-z0-9]\\z)");
        token = token with { Expires = wanted.Ttl == TimeSpan.Zero ? null : time.GetUtcNow() + wanted.Ttl, Description = wanted.Description, Usages = wanted.Usages, Groups = wanted.Groups };
        try
        {
            if (wanted.Server is { } data)
            {
                await PrintAsync(await new ServerTokens(client, data).CreateAsync(token, cancel), wanted);
                return;
            }

            await client.Resource<Secret>().CreateAsync(token.ToSecret(), cancel);
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
            throw new StartException($"a token with id \"{token.Id}\" already exists");
        }

        Console.WriteLine(wanted.PrintJoinCommand ? await JoinCommandAsync(client, token, wanted.Address, cancel) : token.Text);
    }

    /// <summary>The token for programs, the command for people beside it; or the command for programs.</summary>
    private static async Task PrintAsync((ServerToken Token, string Command) made, NewToken wanted)
    {
        Console.WriteLine(wanted.PrintJoinCommand ? made.Command : made.Token.Text);
        if (wanted.PrintJoinCommand) return;
        var span = wanted.Ttl == TimeSpan.Zero ? "" : $" within {GoDuration.Format(wanted.Ttl)}";
        await Console.Error.WriteLineAsync($"Another server joins{span} with:\n\n  {made.Command}\n\nThe token opens the keys of the cluster: hand it on as you would a password.");
    }

    /// <summary>Prints all tokens.</summary>
    public static async Task ListAsync(KubernetesClient client, TimeProvider time, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var rows = new List<string[]> { s_columns };
        foreach (var secret in (await client.Resource<Secret>().ListAsync(WellKnownNamespaces.System, BootstrapToken.Query, cancel)).Items)
        {
            if (BootstrapToken.Read(secret) is not { } token) await Console.Error.WriteLineAsync($"the secret {secret.Metadata.Name} holds no bootstrap token");
            else rows.Add([token.Text, TimeLeft(token, now), token.Expires is { } end ? end.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "<never>", Join(token.Usages), token.Description.Length > 0 ? token.Description : "<none>", Join(token.Groups)]);
        }

        if (rows.Count == 1) return;
        var widths = s_columns.Select((_, i) => rows.Max(r => r[i].Length) + 3).ToList();
        foreach (var row in rows) Console.WriteLine(string.Concat(row.Select((cell, i) => i == row.Length - 1 ? cell : cell.PadRight(widths[i]))));
    }

    /// <summary>Deletes tokens.</summary>
    /// <exception cref="StartException">One does not exist.</exception>
    public static async Task RevokeAsync(KubernetesClient client, IEnumerable<string> tokens, CancellationToken cancel)
    {
        foreach (var text in tokens)
        {
            var id = BootstrapToken.IsId(text) ? text : BootstrapToken.Parse(text)?.Id ?? throw new StartException($"given token didn't match pattern \"{BootstrapToken.Pattern}\" or \"\\A([a-z0-9]{{6}})\\z\"");
            try
            {
                await client.Resource<Secret>().DeleteAsync(WellKnownNamespaces.System, BootstrapToken.NameOf(id), null, cancel);
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                throw new StartException($"there is no bootstrap token \"{id}\"");
            }

            Console.WriteLine($"bootstrap token \"{id}\" deleted");
        }
    }

    private static async Task<string> JoinCommandAsync(KubernetesClient client, BootstrapToken token, Uri? address, CancellationToken cancel)
    {
        var map = await client.Resource<ConfigMap>().GetAsync(WellKnownNamespaces.Public, ClusterInfo.Name, cancel);
        var (server, pem) = Kubeconfig.ReadCluster(map.Data?.GetValueOrDefault(ClusterInfo.KubeconfigKey) ?? "");
        return $"tiphys agent --server {(address ?? server).AbsoluteUri.TrimEnd('/')} --token {token.Text} {string.Join(' ', PemCertificates.Parse(pem).Select(static a => "--discovery-token-ca-cert-hash " + ClusterInfo.HashOf(a)))}";
    }

    private static string TimeLeft(BootstrapToken token, DateTimeOffset now)
    {
        if (token.HasUnreadableExpiration) return "<invalid>";
        if (token.Expires is not { } end) return "<forever>";
        var left = end - now;
        if (left <= TimeSpan.Zero) return "<invalid>";
        return left switch
        {
            { TotalDays: >= 365 } => $"{(int)(left.TotalDays / 365)}y",
            { TotalDays: >= 1 } => $"{(int)left.TotalDays}d",
            { TotalHours: >= 1 } => $"{(int)left.TotalHours}h",
            { TotalMinutes: >= 1 } => $"{(int)left.TotalMinutes}m",
            _ => $"{(int)left.TotalSeconds}s",
        };
    }

    private static string Join(IReadOnlyList<string> values) => values.Count > 0 ? string.Join(',', values) : "<none>";
}
