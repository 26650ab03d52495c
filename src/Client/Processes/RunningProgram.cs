namespace Tiphys.Client;

/// <summary>What another process of this machine was started as. Linux only.</summary>
public static class RunningProgram
{
    /// <summary>
    /// A process's program and arguments; null when there is no such process or it has ended. Empty in the moment in which one program
    /// becomes another: whoever knows the process then has to take it for what it was.
    /// </summary>
    public static string[]? Arguments(int pid)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{pid}/cmdline");
            if (line.Length > 0) return line.TrimEnd('\0').Split('\0');

            // One that has ended, and the kernel's own, never have arguments; they have no program either.
            return new FileInfo($"/proc/{pid}/exe").LinkTarget is null ? null : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
