using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tiphys.Kubelet.Tests.Harness;

/// <summary>
/// Runs this test program anew inside network, mount and PID namespaces of its own, so that pods, bridges, mounts and shims
/// vanish with it however it ends. Without root the tests that need a runtime are skipped instead.
/// </summary>
internal static partial class IsolatedProcess
{
    private const string Marker = "TIPHYS_TEST_ISOLATED";

    public static bool IsIsolated => Environment.GetEnvironmentVariable(Marker) == "1";

#pragma warning disable CA2255 // this assembly is a program, not a library
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Enter()
    {
        if (IsIsolated || geteuid() != 0 || !File.Exists("/usr/bin/unshare") || Environment.ProcessPath is not { } self) return;
        // The shell is process 1: it reaps what the tests leave, and the kernel kills everything when it ends.
        const string script =
            "mount -t tmpfs run /run && mkdir -p /run/netns && ip link set lo up && sysctl -qw net.ipv4.ip_forward=1; \"$@\"; exit $?";
        string[] arguments =
        [
            "unshare", "--net", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc",
            "/bin/sh", "-c", script, "sh",
            self, .. Path.GetFileNameWithoutExtension(self) == "dotnet" ? Environment.GetCommandLineArgs() : Environment.GetCommandLineArgs()[1..],
        ];
        Environment.SetEnvironmentVariable(Marker, "1");
        setenv(Marker, "1", 1); // .NET keeps its own copy of the environment
        var pointers = arguments.Select(Marshal.StringToCoTaskMemUTF8).Append(IntPtr.Zero).ToArray();
        execvp("unshare", pointers);
    }

    [LibraryImport("libc")]
    private static partial uint geteuid();

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int execvp(string file, IntPtr[] arguments);
}
