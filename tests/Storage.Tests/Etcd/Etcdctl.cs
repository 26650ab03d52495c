using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Tiphys.Storage.Tests.Etcd;

/// <summary>Debian's etcdctl.</summary>
internal static partial class Etcdctl
{
    private static readonly string Program = Path.Combine(Path.GetDirectoryName(EtcdProcess.Program)!, "etcdctl");

    /// <summary>Runs one command; what stands before the bar is its standard input. Returns output, exit code and errors.</summary>
    public static async Task<string> RunAsync(Uri server, string line)
    {
        var bar = line.LastIndexOf('|');
        var words = Word().Matches(line[(bar + 1)..]).Select(static m => m.Value.Trim('"'));
        var start = new ProcessStartInfo(Program, [.. words, $"--endpoints={(server.Scheme == "unix" ? server.OriginalString : server.GetLeftPart(UriPartial.Authority))}"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(line[..bar]);
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        // A watch goes on until it is ended; what it had to say of the past comes at once.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(line.Contains("|watch", StringComparison.Ordinal) ? 2 : 30));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
        return $"{await output}exit {process.ExitCode}\n{await errors}";
    }

    /// <summary>Debian's etcdutl, which works on files; returns its output.</summary>
    public static async Task<string> UtilityAsync(params string[] arguments)
    {
        var program = Path.Combine(Path.GetDirectoryName(EtcdProcess.Program)!, "etcdutl");
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"etcdutl {string.Join(' ', arguments)}: {await errors}");
        return await output;
    }

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Word();
}
