using System.Text.Json.Nodes;

namespace Tiphys.Kubectl.Printing;

/// <summary>Writes objects in one of kubectl's output formats. One instance serves one command: later objects may depend on earlier ones.</summary>
internal interface IObjectPrinter
{
    /// <summary>Writes an object or a list of them.</summary>
    void Print(JsonObject item, TextWriter output);
}
