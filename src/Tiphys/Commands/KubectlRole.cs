using System.CommandLine;
using System.Runtime.InteropServices;
using Tiphys.Kubectl;

namespace Tiphys.Commands;

/// <summary><c>tiphys kubectl</c>, and the program under the name <c>kubectl</c>: all arguments go to kubectl as they are.</summary>
internal static class KubectlRole
{
    /// <summary>Whether the command line is kubectl's.</summary>
    public static bool IsCalled(string[] args) => args is ["kubectl", ..] || IsOurName;

    /// <summary>Runs kubectl. An interrupt ends it at once, as it ends upstream's.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        using var ended = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => End(signal, ended));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => End(signal, ended));
        return await KubectlProgram.RunAsync(IsOurName ? args : args[1..], KubectlStreams.OfProcess(), ended.Token);
    }

    /// <summary>The role in the list of roles; its arguments never get there.</summary>
    public static Command Declare() => new("kubectl", "Work with a cluster, as upstream's kubectl does.");

    private static bool IsOurName => Path.GetFileNameWithoutExtension(CalledAs()) == "kubectl";

    /// <summary>The name the program was started under: .NET names the program's own file, not a symbolic link to it, so Linux is asked.</summary>
    private static string CalledAs()
    {
        const string CommandLine = "/proc/self/cmdline";
        return OperatingSystem.IsLinux() && File.Exists(CommandLine)
            ? File.ReadAllText(CommandLine).Split('\0')[0]
            : Environment.GetCommandLineArgs()[0];
    }

    private static void End(PosixSignalContext signal, CancellationTokenSource ended)
    {
        signal.Cancel = true;
        ended.Cancel();
    }
}
