namespace Tiphys;

/// <summary>
/// The pipes and the socket that .NET makes in the temporary directory for debuggers and tracers. It removes them when the program
/// ends, but not when it is killed: a server that is killed often would fill the directory. The runtime's own switch is an environment
/// variable, which comes too late here; so their names are taken away at the start, unless that variable says that somebody wants them.
/// </summary>
internal static class DiagnosticFiles
{
    /// <summary>Set to 1, the variable keeps debuggers and tracers possible; 0 has the runtime not even make the files.</summary>
    public const string Variable = "DOTNET_EnableDiagnostics";

    private const int StartTimeAfterName = 19;

    /// <summary>Removes this process's files.</summary>
    public static void Remove()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable(Variable) is { Length: > 0 }) return;
        try
        {
            foreach (var name in Names(Environment.ProcessId, File.ReadAllText("/proc/self/stat"))) File.Delete(Path.Combine(Path.GetTempPath(), name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing depends on it.
        }
    }

    /// <summary>The files' names.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="stat">Its line of the kernel's, in which it is told from others that had the id before.</param>
    internal static string[] Names(int pid, string stat)
    {
        // The program's name stands in parentheses and may hold anything.
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length <= StartTimeAfterName) return [];
        var key = $"{pid}-{fields[StartTimeAfterName]}";
        return [$"clr-debug-pipe-{key}-in", $"clr-debug-pipe-{key}-out", $"dotnet-diagnostic-{key}-socket"];
    }
}
