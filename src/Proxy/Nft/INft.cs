using Tiphys.Client;

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
        try
        {
            var nft = await HostProgram.RunAsync("nft", ["-f", "-"], script, cancel: cancel);
            if (!nft.Succeeded) throw new NftException(nft.Errors.Trim());
        }
        catch (FileNotFoundException e)
        {
            throw new NftException(e.Message);
        }
    }
}
