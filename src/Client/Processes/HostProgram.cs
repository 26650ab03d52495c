using System.Diagnostics;

namespace Tiphys.Client;

/// <summary>What a program of the host said and how it ended.</summary>
/// <param name="Code">Its exit code.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Errors">Its standard error output.</param>
public sealed record ProgramOutcome(int Code, string Output, string Errors)
{
    /// <summary>Whether it ended with code 0.</summary>
    public bool Succeeded => Code == 0;
}

/// <summary>
/// The host's own programs (nft, ip, containerd, …). They are always started by full path: .NET looks for a bare name in the
/// current directory first, and a file of that name there would be run as root.
/// </summary>
public static class HostProgram
{
    /// <summary>Where administrators' programs lie that an ordinary user's PATH leaves out.</summary>
    private static readonly string[] s_system = ["/usr/sbin", "/sbin"];

    /// <summary>Full path of a program on the PATH or among the system's, or null. A path is returned as it is, if it exists.</summary>
    public static string? Find(string program)
    {
        ArgumentException.ThrowIfNullOrEmpty(program);
        if (program.Contains('/')) return File.Exists(program) ? Path.GetFullPath(program) : null;
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Where(Path.IsPathRooted) // an empty or relative entry would mean the current directory again
            .Concat(s_system)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(IsExecutable);
    }

    /// <summary>Full path of a program.</summary>
    /// <exception cref="FileNotFoundException">It is not installed.</exception>
    public static string Require(string program) => Find(program) ?? throw new FileNotFoundException($"the program {program} is not installed (looked in PATH and {string.Join(", ", s_system)})", program);

    /// <summary>Runs a program to its end. When <paramref name="cancel"/> fires, it is killed.</summary>
    /// <param name="program">Name or full path.</param>
    /// <param name="arguments">Its arguments, passed as they are.</param>
    /// <param name="input">What it reads from standard input, if anything.</param>
    /// <param name="environment">Variables set beside the inherited ones.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="FileNotFoundException">It is not installed.</exception>
    /// <exception cref="OperationCanceledException">It was killed.</exception>
    public static async Task<ProgramOutcome> RunAsync(string program, IEnumerable<string> arguments, string? input = null, IReadOnlyDictionary<string, string>? environment = null, CancellationToken cancel = default)
    {
        var start = new ProcessStartInfo(Require(program), arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = Process.Start(start) ?? throw new FileNotFoundException($"{program} could not be started", program);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancel);
            var errors = process.StandardError.ReadToEndAsync(cancel);
            await WriteAsync(process, input, cancel).ConfigureAwait(false);
            await process.WaitForExitAsync(cancel).ConfigureAwait(false);
            return new ProgramOutcome(process.ExitCode, await output.ConfigureAwait(false), await errors.ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static async Task WriteAsync(Process process, string? input, CancellationToken cancel)
    {
        try
        {
            if (input is not null) await process.StandardInput.WriteAsync(input.AsMemory(), cancel).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading everything; its exit code says why.
        }
    }

    private static bool IsExecutable(string path) =>
        File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
