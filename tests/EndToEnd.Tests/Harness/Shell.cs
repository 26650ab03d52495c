using System.Diagnostics;
using System.Text;

namespace Tiphys.EndToEnd.Tests;

/// <summary>What a program said and how it ended.</summary>
public sealed record Outcome(int Code, string Output, string Errors)
{
    public string All => Output + Errors;

    public Outcome Succeeded()
    {
        Assert.True(Code == 0, $"ended with {Code}\n{All}");
        return this;
    }
}

/// <summary>Runs programs.</summary>
internal static class Shell
{
    // Longer than what programs wait for themselves: three minutes, in `tiphys up`.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(4);

    public static async Task<Outcome> RunAsync(string program, IEnumerable<string> arguments, string? input = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, errors) = (new StringBuilder(), new StringBuilder());
        process.OutputDataReceived += (_, line) => output.AppendLine(line.Data);
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (input is not null) await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end\n{output}{errors}");
        }

        return new Outcome(process.ExitCode, output.ToString(), errors.ToString());
    }
}
