using System.CommandLine;
using System.CommandLine.Parsing;
using Tiphys.Api;
using Tiphys.Client;
using Tiphys.Joining;
using Tiphys.Server;

namespace Tiphys.Commands;

/// <summary><c>tiphys token</c>: the tokens with which nodes and servers join (kubeadm's command of that name).</summary>
internal static class TokenCommands
{
    private static readonly string[] s_usages = ["signing", "authentication"];
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(365_000);

    public static Command Create() => new("token", "Manage the tokens with which nodes and servers join.") { CreateToken(), List(), Revoke(), Generate() };

    private static Command CreateToken()
    {
        var place = new Place();
        var token = new Argument<string?>("token") { Description = "The token to create, of the form \"[a-z0-9]{6}.[a-z0-9]{16}\"; a random one by default.", Arity = ArgumentArity.ZeroOrOne };
        var ttl = new Option<TimeSpan>("--ttl")
        {
            Description = "How long the token is valid, for example 1s, 2m, 3h; 0 for ever. [default: 24h0m0s]",
            DefaultValueFactory = static _ => TimeSpan.FromHours(24),
            CustomParser = Duration,
        };
        var description = new Option<string>("--description") { Description = "What the token is for, for people.", DefaultValueFactory = static _ => "" };
        var usages = new Option<string[]>("--usages") { Description = "What the token can be used for, comma-separated: signing,authentication.", DefaultValueFactory = static _ => s_usages };
        var groups = new Option<string[]>("--groups") { Description = "Groups its bearer is in, comma-separated; they begin with system:bootstrappers:.", DefaultValueFactory = static _ => [BootstrapToken.DefaultGroup] };
        var join = new Option<bool>("--print-join-command") { Description = "Print the whole command to join with instead of the token alone." };
        var server = new Option<bool>("--server") { Description = "A token with which another server joins (`tiphys server --server ... --token ...`). It carries the key under which the keys of the cluster are uploaded; run this on a server. Valid for 2h unless --ttl says otherwise; one made later replaces it." };
        return With(place, new Command("create", "Create a token.") { token, ttl, description, usages, groups, join, server }, (result, client, cancel) =>
        {
            var forServer = result.GetValue(server);
            return TokenHost.CreateAsync(
                client,
                new()
                {
                    Token = result.GetValue(token),
                    Ttl = forServer && !Flags.IsGiven(result.GetResult(ttl)) ? ServerTokens.DefaultTtl : result.GetValue(ttl),
                    Description = result.GetValue(description) is { Length: > 0 } text ? text : forServer ? "For servers that join." : "",
                    Usages = [.. Flags.Split(result.GetValue(usages)), .. forServer ? [ServerToken.Usage] : Array.Empty<string>()],
                    Groups = [.. Flags.Split(result.GetValue(groups)), .. forServer ? [ServerToken.Group] : Array.Empty<string>()],
                    PrintJoinCommand = result.GetValue(join),
                    Address = result.GetValue(place.Kubeconfig) is null ? ServerRecord.TryRead(DataDirectory.ServerRecordOf(result.GetValue(place.DataDir)!))?.Server : null,
                    Server = forServer ? DataDirectory.Open(result.GetValue(place.DataDir)!) : null,
                },
                TimeProvider.System,
                cancel);
        });
    }

    private static Command List() => With(new(), new Command("list", "List the tokens."), static (_, client, cancel) => TokenHost.ListAsync(client, TimeProvider.System, cancel));

    private static Command Revoke()
    {
        var tokens = new Argument<string[]>("token") { Description = "Tokens, or the first six characters of them.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("revoke", "Delete tokens: nothing joins with them any more. Nodes that have joined stay.") { tokens };
        command.Aliases.Add("delete");
        return With(new(), command, (result, client, cancel) => TokenHost.RevokeAsync(client, result.GetValue(tokens)!, cancel));
    }

    private static Command Generate()
    {
        var command = new Command("generate", "Print a random token, but do not create it on the server.");
        command.SetAction(static _ => Console.WriteLine(BootstrapToken.Generate().Text));
        return command;
    }

    private static Command With(Place place, Command command, Func<ParseResult, KubernetesClient, CancellationToken, Task> run)
    {
        command.Options.Add(place.DataDir);
        command.Options.Add(place.Kubeconfig);
        command.SetAction(async (result, cancel) =>
        {
            var file = result.GetValue(place.Kubeconfig) ?? Path.Combine(Path.GetFullPath(result.GetValue(place.DataDir)!), "server", "kubeconfig.yaml");
            if (!File.Exists(file)) throw new StartException($"there is no kubeconfig at {file}: name the server's --data-dir, or a --kubeconfig.");
            using var client = Kubeconfig.Load(file).CreateClient("tiphys-token");
            try
            {
                await run(result, client, cancel);
            }
            catch (Exception e) when (e is ApiException or HttpRequestException)
            {
                throw new StartException(e.Message);
            }
        });
        return command;
    }

    private static TimeSpan Duration(ArgumentResult result)
    {
        if (GoDuration.TryParse(result.Tokens[0].Value, out var duration) && duration >= TimeSpan.Zero && duration <= s_longest) return duration;
        result.AddError($"time: invalid duration \"{result.Tokens[0].Value}\"");
        return default;
    }

    /// <summary>Where the cluster is.</summary>
    private sealed class Place
    {
        public Option<string> DataDir { get; } = Flags.DataDir();

        public Option<string?> Kubeconfig { get; } = new("--kubeconfig") { Description = "Kubeconfig of an administrator; the server's own below --data-dir by default." };
    }
}
