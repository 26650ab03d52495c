using System.Runtime.InteropServices;

namespace Tiphys.EndToEnd.Tests;

/// <summary>Opens sockets inside a named network namespace. A socket belongs to the namespace it was made in, whoever uses it later.</summary>
internal static partial class NetworkNamespace
{
    private const int CloneNewNet = 0x40000000;

    /// <summary>Runs something short on a thread of its own that has moved into the namespace.</summary>
    public static T Inside<T>(string name, Func<T> make)
    {
        T? result = default;
        Exception? fault = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var handle = File.OpenHandle("/run/netns/" + name);
                if (SetNs(handle, CloneNewNet) != 0) throw new InvalidOperationException($"cannot enter {name}: {Marshal.GetLastPInvokeErrorMessage()}");
                result = make();
            }
#pragma warning disable CA1031 // It is thrown again where the caller sees it.
            catch (Exception e)
#pragma warning restore CA1031
            {
                fault = e;
            }
        });
        thread.Start();
        thread.Join();
        return fault is null ? result! : throw new InvalidOperationException(fault.Message, fault);
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetNs(SafeHandle handle, int kind);
}
