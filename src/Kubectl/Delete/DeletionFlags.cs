using System.Text.Json.Nodes;
using Tiphys.Kubectl.CommandLine;

namespace Tiphys.Kubectl.Delete;

/// <summary>The flags for how objects are deleted, which apply has, too.</summary>
internal sealed class DeletionFlags
{
    private readonly Flag<string> _cascade;

    public DeletionFlags(FlagSet flags, bool wait)
    {
        _cascade = flags.String("cascade", null, "background", "background, orphan or foreground.", bare: "background");
        Force = flags.Bool("force", null, false, "Delete at once, without waiting for the object to end.");
        GracePeriod = flags.Int("grace-period", null, -1, "Seconds the object has to end; negative for its own.");
        Timeout = flags.Duration("timeout", null, TimeSpan.Zero, "How long to wait; 0 for ever.");
        Wait = flags.Bool("wait", null, wait, "Wait until the objects are gone.");
    }

    public Flag<bool> Force { get; }

    public Flag<long> GracePeriod { get; }

    public Flag<TimeSpan> Timeout { get; }

    public Flag<bool> Wait { get; }

    /// <summary>The propagation policy.</summary>
    /// <exception cref="KubectlException">No such policy.</exception>
    public string Propagation => _cascade.Value switch
    {
        "background" or "true" => "Background",
        "foreground" => "Foreground",
        "orphan" or "false" => "Orphan",
        var other => throw new KubectlException($"""invalid cascade value ({other}). Must be "background", "foreground", or "orphan" """.TrimEnd()),
    };

    /// <summary>What to say to users of an outdated value; null for nothing.</summary>
    public string? Deprecation => _cascade.Value switch
    {
        "true" => "warning: --cascade=true is deprecated (boolean value) and can be replaced with --cascade=background.",
        "false" => "warning: --cascade=false is deprecated (boolean value) and can be replaced with --cascade=orphan.",
        _ => null,
    };

    /// <summary>Options of the delete request.</summary>
    public JsonObject Options(long gracePeriod, bool dryRun)
    {
        var options = new JsonObject { ["kind"] = "DeleteOptions", ["apiVersion"] = "v1", ["propagationPolicy"] = Propagation };
        if (gracePeriod >= 0) options["gracePeriodSeconds"] = gracePeriod;
        if (dryRun) options["dryRun"] = new JsonArray("All");
        return options;
    }
}
