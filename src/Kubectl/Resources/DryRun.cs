using Tiphys.Kubectl.CommandLine;

namespace Tiphys.Kubectl.Resources;

/// <summary>What <c>--dry-run</c> asks for.</summary>
internal enum DryRunMode
{
    /// <summary>Do it.</summary>
    None,

    /// <summary>Send nothing that changes anything.</summary>
    Client,

    /// <summary>Let the server do everything but store it.</summary>
    Server,
}

/// <summary>The <c>--dry-run</c> flag.</summary>
internal sealed class DryRunFlag(FlagSet flags)
{
    private readonly Flag<string> _flag = flags.String("dry-run", null, "none", "none, server or client.", bare: "unchanged");

    /// <exception cref="KubectlException">No such mode.</exception>
    public DryRunMode Mode => _flag.Value switch
    {
        "none" => DryRunMode.None,
        "client" or "unchanged" => DryRunMode.Client,
        "server" => DryRunMode.Server,
        var other => throw new KubectlException($"""Invalid dry-run value ({other}). Must be "none", "server", or "client"."""),
    };

    /// <summary>What messages say of the mode.</summary>
    public static string Suffix(DryRunMode mode) => mode switch
    {
        DryRunMode.Client => " (dry run)",
        DryRunMode.Server => " (server dry run)",
        _ => "",
    };
}
