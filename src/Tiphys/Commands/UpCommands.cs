using System.CommandLine;
using Tiphys.Server;
using Tiphys.Up;

namespace Tiphys.Commands;

/// <summary><c>tiphys up</c>, <c>status</c> and <c>down</c>: a cluster in the background.</summary>
internal static class UpCommands
{
    public static IEnumerable<Command> Create() => [Up(), Status(), Down()];

    private static Command Up()
    {
        var dataDir = Flags.DataDir();
        var port = new Option<int>("--secure-port") { Description = "Port the API server listens on.", DefaultValueFactory = static _ => 6443 };
        var noSample = new Option<bool>("--no-sample") { Description = "Leave the sample application out." };
        var command = new Command("up", "Start a one-node cluster in the background and wait until it answers. Further flags go to `tiphys server`.") { dataDir, port, noSample };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((result, cancel) =>
        {
            var directory = Path.GetFullPath(result.GetValue(dataDir)!);
            var number = result.GetValue(port);
            string[] arguments = ["--data-dir", directory, "--secure-port", $"{number}", .. result.UnmatchedTokens];
            if (FlagErrors.Sentence(ServerCommand.Create().Parse(arguments)) is { } wrong) throw new StartException($"{wrong}; see `tiphys server --help`.");
            return UpHost.RunAsync(directory, number, arguments, !result.GetValue(noSample), cancel);
        });
        return command;
    }

    private static Command Status()
    {
        var dataDir = Flags.DataDir();
        var command = new Command("status", "Tell how every component of the background cluster does.") { dataDir };
        command.SetAction((result, cancel) => StatusHost.RunAsync(Path.GetFullPath(result.GetValue(dataDir)!), cancel));
        return command;
    }

    private static Command Down()
    {
        var dataDir = Flags.DataDir();
        var purge = new Option<bool>("--purge") { Description = "Remove the data, too." };
        var command = new Command("down", "Stop the background cluster and remove its containers, mounts and network.") { dataDir, purge };
        command.SetAction((result, cancel) => DownHost.RunAsync(Path.GetFullPath(result.GetValue(dataDir)!), result.GetValue(purge), quiet: false, cancel));
        return command;
    }
}
