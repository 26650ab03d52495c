using System.CommandLine;
using Tiphys.Client;
using Tiphys.Server;

namespace Tiphys.Commands;

/// <summary>The command line of every role but kubectl, which reads its own.</summary>
internal static class Roles
{
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Tiphys: Kubernetes, in one program. Every role of a cluster, together or alone.")
        {
            ServerCommand.Create(),
        };
        foreach (var command in UpCommands.Create().Append(ServerCommand.CreateApiServer()).Append(EtcdCommands.Create()).Append(TokenCommands.Create()).Append(CertsCommands.Create()).Concat(RoleCommands.Create()).Append(KubectlRole.Declare())) root.Add(command);
        try
        {
            var line = root.Parse(args);
            if (FlagErrors.Sentence(line) is { } wrong) throw new StartException($"{wrong}; {FlagErrors.Pointer(line)}");
            return await line.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
        }
        catch (Exception e) when (e is StartException or KubeconfigException)
        {
            // What the user can mend is said in one sentence; a stack trace would only hide it.
            await Console.Error.WriteLineAsync($"tiphys: {e.Message}");
            return 1;
        }
        catch (OperationCanceledException e) when (e.InnerException is not TimeoutException)
        {
            await Console.Error.WriteLineAsync("tiphys: interrupted.");
            return 1;
        }
    }
}
