using System.Runtime.InteropServices;

namespace Tiphys.Server;

/// <summary>The C library's heap, where the runtime's compiler works; glibc keeps for itself what was freed in the middle of it.</summary>
internal static partial class NativeHeap
{
    private static bool s_able = OperatingSystem.IsLinux();

    /// <summary>Gives the system back what is free. Does nothing where the library cannot.</summary>
    public static void Trim()
    {
        if (!s_able) return;
        try
        {
            _ = MallocTrim(0);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            s_able = false; // not glibc
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MallocTrim(nuint pad);
}
