using System.CommandLine;
using Tiphys.Certificates;
using Tiphys.Server;

namespace Tiphys.Commands;

/// <summary><c>tiphys certs</c>: when certificates expire, and renewing them (kubeadm's command of that name).</summary>
internal static class CertsCommands
{
    private static readonly TimeProvider s_time = TimeProvider.System;

    public static Command Create() => new("certs", "Show and renew the certificates of a server or an agent.") { Status(), Rotate() };

    private static Command Status()
    {
        var dataDir = Flags.DataDir();
        var output = Flags.Choice("-o", "How to print.", "text", ["text", "json", "yaml"]);
        output.Aliases.Add("--output");
        var command = new Command("status", "Show when the certificates expire.") { dataDir, output };
        command.SetAction(result => Console.Write(CertificateReport.Write(CertificateInventory.Of(Existing(result.GetValue(dataDir)!), s_time), result.GetValue(output)!, s_time.GetUtcNow())));
        return command;
    }

    private static Command Rotate()
    {
        var dataDir = Flags.DataDir();
        var names = new Argument<string[]>("name") { Description = "Certificates as `tiphys certs status` names them, or all.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("rotate", "Renew certificates of a server and the administrator's kubeconfig; all unless some are named. A server that runs uses them within seconds, without a restart.") { names, dataDir };
        command.SetAction(result => CertificateRenewal.Run(Existing(result.GetValue(dataDir)!), result.GetValue(names)!, s_time, Console.WriteLine));
        return command;
    }

    private static DataDirectory Existing(string path) => DataDirectory.IsOne(path) ? DataDirectory.Open(path) : throw new StartException($"{path} is no data directory of a server or an agent; name it with --data-dir.");
}
