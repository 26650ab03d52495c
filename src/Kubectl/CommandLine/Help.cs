using Tiphys.Kubectl.Access;

namespace Tiphys.Kubectl.CommandLine;

/// <summary>Help texts: ours, and short.</summary>
internal static class Help
{
    public static void PrintOverview(TextWriter output)
    {
        output.WriteLine("kubectl of Tiphys: works with a Kubernetes cluster.\n\nCommands:");
        foreach (var command in CommandList.All) output.WriteLine($"  {command.Name,-15} {command.Summary}");
        output.WriteLine("\nUse \"kubectl <command> --help\" for a command's flags.");
    }

    public static void Print(Command command, GlobalFlags globals, TextWriter output)
    {
        output.WriteLine($"{command.Summary}\n\nUsage:\n  kubectl {command.Synopsis} [flags]\n\nFlags:");
        foreach (var flag in command.Flags.All.Where(f => globals.Set.Find(f.Name) is null).OrderBy(static f => f.Name, StringComparer.Ordinal)) PrintFlag(flag, output);
        output.WriteLine("\nFlags of every command:");
        foreach (var flag in globals.Set.All) PrintFlag(flag, output);
    }

    private static void PrintFlag(Flag flag, TextWriter output) =>
        output.WriteLine($"  {(flag.Shorthand is { } letter ? $"-{letter}, " : "    ")}--{flag.Name}\n        {flag.Usage}");
}
