using System.Text.Json.Nodes;
using Tiphys.Kubectl.CommandLine;
using Tiphys.Kubectl.Resources;

namespace Tiphys.Kubectl.Apply;

/// <summary>Warns of changes to objects that are on their way out.</summary>
internal static class DeletionWarning
{
    public static void Print(CommandContext context, JsonObject item)
    {
        if (Json.Text(item, "metadata", "deletionTimestamp").Length > 0) context.Error.WriteLine($"Warning: Detected changes to resource {Json.Name(item)} which is currently being deleted.");
    }
}
