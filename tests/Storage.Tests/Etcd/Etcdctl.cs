using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Tiphys.Storage.Tests.Etcd;

/// <summary>Debian's etcdctl.</summary>
internal static partial class Etcdctl
{
    private static readonly string Program = Path.Combine(Path.GetDirectoryName(EtcdProcess.Program)!, "etcdctl");

    // Its own timeouts are shorter than a busy machine may stand still. A command that names one means it.
    private static readonly string[] s_patient = ["dial-timeout", "command-timeout", "keepalive-timeout"];

    /// <summary>
    /// Runs one command; what stands before the bar is its standard input. Returns output, exit code and errors. What goes on by
    /// itself, as a watch does, is killed once its output has come to a certain end.
    /// </summary>
    public static async Task<string> RunAsync(Uri server, string line, string? end = null)
    {
        var bar = line.LastIndexOf('|');
        var words = Word().Matches(line[(bar + 1)..]).Select(static m => m.Value.Trim('"'));
        var patient = s_patient.Where(f => !line.Contains(f, StringComparison.Ordinal)).Select(static f => $"--{f}={Patience.Limit.TotalSeconds}s");
        var start = new ProcessStartInfo(Program, [.. words, .. patient, $"--endpoints={(server.Scheme == "unix" ? server.OriginalString : server.GetLeftPart(UriPartial.Authority))}"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(line[..bar]);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = new StringBuilder();
        using var patience = new CancellationTokenSource(2 * Patience.Limit);
        try
        {
            var buffer = new char[4096];
            while (await process.StandardOutput.ReadAsync(buffer, patience.Token) is > 0 and var read)
            {
                output.Append(buffer, 0, read);
                if (end is not null && output.ToString().EndsWith(end, StringComparison.Ordinal)) process.Kill();
            }
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            Assert.Fail($"etcdctl {line} does not end; it printed: {output}");
        }
        return $"{output}exit {process.ExitCode}\n{await errors}";
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
