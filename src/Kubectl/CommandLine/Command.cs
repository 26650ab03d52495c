namespace Tiphys.Kubectl.CommandLine;

/// <summary>One of kubectl's commands. An instance serves one run: flags hold what the command line said.</summary>
internal abstract class Command
{
    /// <summary>The word that calls it.</summary>
    public abstract string Name { get; }

    /// <summary>One line on what it does.</summary>
    public abstract string Summary { get; }

    /// <summary>Its arguments, for the help.</summary>
    public abstract string Synopsis { get; }

    /// <summary>Its own flags; the global ones are added by the frame.</summary>
    public FlagSet Flags { get; } = new();

    /// <summary>Runs it; returns kubectl's exit code.</summary>
    public abstract Task<int> RunAsync(CommandContext context, ParsedArguments arguments, CancellationToken cancel);

    protected UsageException Usage(string message) => new(Name, message);
}
