using System.Text.Json.Nodes;
using Tiphys.Kubectl.CommandLine;
using Tiphys.Kubectl.Printing.JsonPath;

namespace Tiphys.Kubectl.Printing;

/// <summary><c>-o jsonpath=TEMPLATE</c> and <c>-o jsonpath-as-json=TEMPLATE</c>.</summary>
internal sealed class JsonPathPrinter : IObjectPrinter
{
    private readonly JsonPathTemplate _template;
    private readonly string _text;
    private readonly bool _asJson;

    /// <exception cref="KubectlException">The template is malformed.</exception>
    public JsonPathPrinter(string template, bool allowMissingKeys, bool asJson)
    {
        _text = template;
        _asJson = asJson;
        try
        {
            _template = new JsonPathTemplate(template, allowMissingKeys);
        }
        catch (FormatException e)
        {
            throw new KubectlException($"error parsing jsonpath {template}, {e.Message}");
        }
    }

    public void Print(JsonObject item, TextWriter output)
    {
        try
        {
            if (!_asJson) output.Write(_template.Text(item));
            else
                foreach (var results in _template.Find(item)) output.Write(GoJson.Indented(new JsonArray([.. results.Select(static r => r?.DeepClone())])) + "\n");
        }
        catch (FormatException e)
        {
            throw new KubectlException($"error executing jsonpath {Quoting.Quote(_text)}: Error executing template: {e.Message}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t{_text}\n\tobject given to jsonpath engine was:\n\t\t{GoText.Syntax(item)}\n\n\n");
        }
    }
}
