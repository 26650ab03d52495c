using Tiphys.Kubectl.CommandLine;

namespace Tiphys.Kubectl.Printing;

/// <summary>The flags for output formats, and the printers they stand for. Commands with tables and columns have more formats than those without.</summary>
internal sealed class PrintFlags
{
    private static readonly string[] s_templates = ["go-template", "go-template-file", "template", "templatefile"];
    private readonly Flag<string> _template;
    private readonly Flag<bool> _allowMissingKeys;
    private readonly Flag<bool> _showManagedFields;
    private readonly bool _tables;

    /// <param name="flags">The command's flags.</param>
    /// <param name="tables">The command prints tables and columns.</param>
    public PrintFlags(FlagSet flags, bool tables)
    {
        _tables = tables;
        Output = flags.String("output", 'o', "", "Output format, such as json, yaml, name, jsonpath=TEMPLATE" + (tables ? ", wide, custom-columns=COLUMNS." : "."));
        _template = flags.String("template", null, "", "Template, or file with one, for formats that take one.");
        _allowMissingKeys = flags.Bool("allow-missing-template-keys", null, true, "Whether missing fields in a template are no error.");
        _showManagedFields = flags.Bool("show-managed-fields", null, false, "Keep metadata.managedFields in documents.");
    }

    public Flag<string> Output { get; }

    /// <summary>The format is a template: <c>--template</c> alone means a Go template.</summary>
    public bool HasTemplate => _template.Value.Length > 0;

    /// <summary>The printer of a format that is not for human eyes.</summary>
    /// <param name="noHeaders">Columns come without headers.</param>
    /// <exception cref="KubectlException">There is no such format, or its template is wrong.</exception>
    public IObjectPrinter Create(bool noHeaders = false)
    {
        var equals = Output.Value.IndexOf('=', StringComparison.Ordinal);
        var name = HasTemplate || equals < 0 ? Output.Value : Output.Value[..equals];
        var template = HasTemplate ? _template.Value : equals < 0 ? "" : Output.Value[(equals + 1)..];
        if (HasTemplate && name.Length == 0) name = "go-template";
        switch (name)
        {
            case "json" when Output.Value == "json": return Managed(new JsonPrinter());
            case "yaml" when Output.Value == "yaml": return Managed(new YamlPrinter());
            case "name" when Output.Value == "name": return new NamePrinter("");
            case "jsonpath" or "jsonpath-as-json": return new JsonPathPrinter(Required(template), _allowMissingKeys.Value, name == "jsonpath-as-json");
            case "jsonpath-file": return new JsonPathPrinter(ReadTemplate(Required(template)), _allowMissingKeys.Value, asJson: false);
            case "custom-columns" when _tables: return CustomColumnsPrinter.FromText(Columns(template), noHeaders);
            case "custom-columns-file" when _tables: return CustomColumnsPrinter.FromFile(Columns(template));
            case "kyaml" when Output.Value == "kyaml": throw new KubectlException("the output format \"kyaml\" is not supported yet");
        }

        if (s_templates.Contains(name))
        {
            Required(template);
            throw new KubectlException($"the output format {Quoting.Quote(name)} is not supported: this kubectl has no Go templates; use jsonpath or custom-columns");
        }

        IEnumerable<string> formats = [.. s_templates, "json", "jsonpath", "jsonpath-as-json", "jsonpath-file", "kyaml", "name", "yaml"];
        if (_tables) formats = [.. formats, "custom-columns", "custom-columns-file", "wide"];
        throw new KubectlException($"unable to match a printer suitable for the output format {Quoting.Quote(Output.Value)}, allowed formats are: {string.Join(',', formats.Order(StringComparer.Ordinal))}");
    }

    private static string Required(string template) => template.Length > 0 ? template : throw new KubectlException("template format specified but no template given");

    private static string Columns(string template) => template.Length > 0 ? template : throw new KubectlException("custom-columns format specified but no custom columns given");

    private static string ReadTemplate(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubectlException($"error reading --template {path}, open {path}: {(e is UnauthorizedAccessException ? "permission denied" : "no such file or directory")}");
        }
    }

    private IObjectPrinter Managed(IObjectPrinter printer) => _showManagedFields.Value ? printer : new WithoutManagedFields(printer);
}
