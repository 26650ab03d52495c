using System.Diagnostics;

namespace Tiphys.Proxy;

/// <summary>Applies nft scripts.</summary>
internal interface INft
{
    /// <summary>Applies a script whole.</summary>
    /// <exception cref="NftException">It was refused; nothing changed.</exception>
    Task ApplyAsync(string script, CancellationToken cancel);
}

/// <summary>A script that nft refused.</summary>
internal sealed class NftException(string message) : Exception(message);

/// <summary>Applies scripts with the nft program.</summary>
internal sealed class NftProgram : INft
{
    public async Task ApplyAsync(string script, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("nft", ["-f", "-"]) { RedirectStandardInput = true, RedirectStandardError = true };
        Process? nft;
        try
        {
            nft = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new NftException($"nft cannot be started: {e.Message}");
        }

        using (nft)
        {
            await nft!.StandardInput.WriteAsync(script.AsMemory(), cancel);
            nft.StandardInput.Close();
            var errors = await nft.StandardError.ReadToEndAsync(cancel);
            await nft.WaitForExitAsync(cancel);
            if (nft.ExitCode != 0) throw new NftException(errors.Trim());
        }
    }
}
