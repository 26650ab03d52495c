using Tiphys.Kubectl.CommandLine;
using Tiphys.Kubectl.Delete;
using Tiphys.Kubectl.Printing;
using Tiphys.Kubectl.Resources;

namespace Tiphys.Kubectl.Apply;

/// <summary>The flags of <c>kubectl apply</c>.</summary>
internal sealed class ApplyFlags
{
    private readonly Flag<string> _validate;
    private readonly Flag<string> _fieldManager;
    private readonly Flag<bool> _prune;
    private readonly Flag<bool> _all;

    public ApplyFlags(FlagSet flags)
    {
        Files = new FileFlags(flags);
        Print = new PrintFlags(flags, tables: false);
        Deletion = new DeletionFlags(flags, wait: false);
        DryRun = new DryRunFlag(flags);
        _validate = flags.String("validate", null, "strict", "strict, warn or ignore: what to do about unknown fields.", bare: "strict");
        ServerSide = flags.Bool("server-side", null, false, "Let the server apply.");
        ForceConflicts = flags.Bool("force-conflicts", null, false, "With --server-side, take over fields that others manage.");
        _fieldManager = flags.String("field-manager", null, "kubectl-client-side-apply", "Name under which fields are managed.");
        Selector = flags.String("selector", 'l', "", "Only objects in the files with matching labels.");
        Overwrite = flags.Bool("overwrite", null, true, "Set fields that others have changed since the last apply.");
        Subresource = flags.String("subresource", null, "", "With --server-side, the subresource to apply to.");
        _prune = flags.Bool("prune", null, false, "Not supported yet.");
        _all = flags.Bool("all", null, false, "Not supported yet (for --prune).");
        flags.Array("prune-allowlist", null, "Not supported yet.");
        flags.String("applyset", null, "", "Not supported yet.");
        flags.Bool("openapi-patch", null, true, "Accepted and ignored: merge keys come from the API's own declarations.");
    }

    public FileFlags Files { get; }

    public PrintFlags Print { get; }

    public DeletionFlags Deletion { get; }

    public DryRunFlag DryRun { get; }

    public Flag<bool> ServerSide { get; }

    public Flag<bool> ForceConflicts { get; }

    public Flag<string> Selector { get; }

    public Flag<bool> Overwrite { get; }

    public Flag<string> Subresource { get; }

    /// <summary>Under which name the fields are managed.</summary>
    public string FieldManager => _fieldManager.Changed ? _fieldManager.Value : ServerSide.Value ? "kubectl" : "kubectl-client-side-apply";

    /// <summary>The server's fieldValidation parameter.</summary>
    /// <exception cref="KubectlException">No such value.</exception>
    public string Validation => _validate.Value switch
    {
        "strict" or "true" => "Strict",
        "warn" => "Warn",
        "ignore" or "false" => "Ignore",
        var other => throw new KubectlException($"invalid - validate option {Quoting.Quote(other)}; must be one of: strict (or true), warn, ignore (or false)"),
    };

    /// <summary>Whole objects are printed, at the end and together.</summary>
    public bool PrintsObjects => Print.Output.Value is not ("" or "name") || Print.HasTemplate;

    /// <summary>Parameters of every request that writes.</summary>
    public string Parameters => $"?fieldManager={Uri.EscapeDataString(FieldManager)}&fieldValidation={Validation}" + (DryRun.Mode == DryRunMode.Server ? "&dryRun=All" : "");

    /// <exception cref="KubectlException">The flags contradict each other.</exception>
    public void Validate()
    {
        var dryRun = DryRun.Mode;
        if (Files.IsEmpty) throw new KubectlException("must specify one of -f and -k");
        _ = Validation;
        if (ForceConflicts.Value && !ServerSide.Value) throw new KubectlException("--force-conflicts only works with --server-side");
        if (dryRun == DryRunMode.Client && ServerSide.Value) throw new KubectlException("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)");
        if (ServerSide.Value && Deletion.Force.Value) throw new KubectlException("--force cannot be used with --server-side");
        if (dryRun == DryRunMode.Server && Deletion.Force.Value) throw new KubectlException("--dry-run=server cannot be used with --force");
        if (_all.Value && Selector.Value.Length > 0) throw new KubectlException("cannot set --all and --selector at the same time");
        if (_prune.Value) throw new KubectlException("--prune is not supported yet");
        if (Subresource.Value.Length > 0 && !ServerSide.Value) throw new KubectlException("--subresource can only be specified for --server-side");
    }
}
