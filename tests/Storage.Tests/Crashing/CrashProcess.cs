using System.Diagnostics;

namespace Tiphys.Storage.Tests.Crashing;

/// <summary>A <see cref="CrashWriter"/>, started and waiting for its order.</summary>
internal sealed class CrashProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    public CrashProcess()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        // The test program is its own executable, or runs under the dotnet host.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(CrashProcess).Assembly.Location);
        start.ArgumentList.Add(CrashWriter.Argument);
        start.Environment["DOTNET_TieredPGO"] = "0";
        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Gives the order.</summary>
    public void Begin(string order) => _process.StandardInput.WriteLine(order);

    /// <summary>The next line the process printed; null once it is dead and there are no more.</summary>
    public Task<string?> ReadLineAsync() => _process.StandardOutput.ReadLineAsync();

    /// <summary>Everything it said of errors, once it is dead.</summary>
    public Task<string> ErrorsAsync() => _errors;

    /// <summary>SIGKILL.</summary>
    public void Kill() => _process.Kill();

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
