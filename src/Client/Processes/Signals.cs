using System.Runtime.InteropServices;

namespace Tiphys.Client;

/// <summary>Sends signals to processes of this host.</summary>
public static partial class Signals
{
    /// <summary>SIGKILL: ends it at once.</summary>
    public const int Kill = 9;

    /// <summary>SIGTERM: asks it to end.</summary>
    public const int Terminate = 15;

    /// <summary>Sends a signal.</summary>
    /// <returns>False when there is no such process or it may not be signalled.</returns>
    public static bool Send(int pid, int signal) => SendRaw(pid, signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendRaw(int pid, int signal);
}
