using Tiphys.Client;
using Tiphys.Kubectl.Access;
using Tiphys.Kubectl.CommandLine;

namespace Tiphys.Kubectl;

/// <summary>kubectl: finds the command, reads its flags, runs it, and tells errors as upstream does.</summary>
public static class KubectlProgram
{
    /// <summary>Runs one command line.</summary>
    /// <param name="arguments">The arguments behind the program's name.</param>
    /// <param name="streams">Input and outputs.</param>
    /// <param name="cancel">Ends the command, as an interrupt does.</param>
    /// <param name="transport">Makes the transport to the API server; null for what the configuration asks for.</param>
    /// <param name="time">The clock; the system's when null.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, KubectlStreams streams, CancellationToken cancel, Func<ClientConfig, HttpMessageHandler>? transport = null, TimeProvider? time = null)
    {
        var globals = new GlobalFlags();
        var at = CommandAt(arguments, globals.Set);
        if (at < 0) return Overview(arguments, globals, streams);
        var name = arguments[at];
        if (CommandList.Create(name) is not { } command) return at > 0 ? Misplaced(arguments[0], streams) : Unknown(name, streams);
        command.Flags.AddAll(globals.Set);
        ParsedArguments parsed;
        try
        {
            parsed = command.Flags.Parse([.. arguments.Take(at), .. arguments.Skip(at + 1)]);
        }
        catch (FlagException e)
        {
            await streams.Error.WriteLineAsync($"error: {e.Message}\nSee 'kubectl {name} --help' for usage.");
            return 1;
        }
        catch (HelpRequest)
        {
            Help.Print(command, globals, streams.Out);
            await streams.Out.FlushAsync(cancel);
            return 0;
        }

        using var cluster = new Cluster(globals, streams, name, transport);
        return await RunAsync(command, new CommandContext(streams, cluster, time ?? TimeProvider.System), parsed, cancel);
    }

    private static async Task<int> RunAsync(Command command, CommandContext context, ParsedArguments arguments, CancellationToken cancel)
    {
        try
        {
            var code = await command.RunAsync(context, arguments, cancel);
            await context.Out.FlushAsync(cancel);
            if (code != 0 || context.Cluster.FatalWarnings is not (> 0 and var count)) return code;
            await context.Error.WriteLineAsync(count == 1 ? "error: 1 warning received" : $"error: {count} warnings received");
            return 1;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            await context.Out.FlushAsync(CancellationToken.None);
            return 130;
        }
        catch (Exception e)
        {
            await context.Out.FlushAsync(CancellationToken.None);
            var (text, code) = ErrorText.Of(e, e is HttpRequestException or ErrorList ? context.Cluster.Config.Server : null);
            await context.Error.WriteAsync(text);
            return code;
        }
    }

    /// <summary>Where the command's name is: the first argument that is no flag nor a flag's value.</summary>
    private static int CommandAt(IReadOnlyList<string> arguments, FlagSet globals)
    {
        for (var i = 0; i < arguments.Count && arguments[i] != "--"; i++)
        {
            if (arguments[i].Length < 2 || arguments[i][0] != '-') return i;
            if (globals.TakesNext(arguments[i])) i++;
        }

        return -1;
    }

    private static int Overview(IReadOnlyList<string> arguments, GlobalFlags globals, KubectlStreams streams)
    {
        try
        {
            globals.Set.Parse(arguments);
        }
        catch (FlagException e)
        {
            streams.Error.WriteLine($"error: {e.Message}\nSee 'kubectl --help' for usage.");
            return 1;
        }
        catch (HelpRequest)
        {
            // The overview is the help.
        }

        Help.PrintOverview(streams.Out);
        streams.Out.Flush();
        return 0;
    }

    /// <summary>Unknown commands may be plugins, and those take no flags of ours.</summary>
    private static int Misplaced(string flag, KubectlStreams streams)
    {
        streams.Error.WriteLine($"Error: flags cannot be placed before plugin name: {flag.Split('=')[0]}");
        return 1;
    }

    private static int Unknown(string name, KubectlStreams streams)
    {
        if (name is "help" or "options")
        {
            Help.PrintOverview(streams.Out);
            streams.Out.Flush();
            return 0;
        }

        streams.Error.WriteLine(CommandList.IsUpstreams(name) ? $"error: kubectl's command {Quoting.Quote(name)} is not part of this program yet" : CommandList.UnknownText(name));
        return 1;
    }
}
