using System.Runtime.InteropServices;

namespace Tiphys.Kubelet.Native;

/// <summary>Sends signals.</summary>
internal static partial class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;

    /// <summary>Sends a signal; false when there is no such process or it may not be signalled.</summary>
    public static bool Send(int pid, int signal) => SendRaw(pid, signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendRaw(int pid, int signal);
}
