using Tiphys.Client;
using Tiphys.Kubectl.CommandLine;

namespace Tiphys.Kubectl.Resources;

/// <summary>Reads types and names off a command line: <c>TYPE[,TYPE...] [NAME...]</c> or <c>TYPE/NAME ...</c>.</summary>
internal sealed record ResourceArguments(IReadOnlyList<string> Types, IReadOnlyList<string> Names, IReadOnlyList<(string Type, string Name)> Pairs)
{
    /// <exception cref="KubectlException">The arguments mix the forms, or are of neither.</exception>
    public static ResourceArguments Parse(IReadOnlyList<string> arguments)
    {
        arguments = Spread(arguments);
        var slashes = arguments.Count(static a => a.Contains('/', StringComparison.Ordinal));
        if (slashes > 0 && slashes < arguments.Count)
            throw new KubectlException("there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'");
        if (slashes > 0) return new([], [], [.. arguments.Select(Pair)]);
        return arguments.Count == 0 ? new([], [], []) : new(TypesOf(arguments[0]), [.. arguments.Skip(1)], []);
    }

    /// <summary>Whether the arguments name objects, not only types.</summary>
    public static bool HasNames(IReadOnlyList<string> arguments) => Parse(arguments) is { Names.Count: > 0 } or { Pairs.Count: > 0 };

    /// <summary>Puts the types of categories in their place.</summary>
    public static IReadOnlyList<string> Expand(IReadOnlyList<string> types, ResourceMapper mapper) =>
        [.. types.SelectMany(t => mapper.Category(t) is { Count: > 0 } members ? members.Select(static r => r.Group.Length == 0 ? r.Resource : $"{r.Resource}.{r.Group}") : [t]).Distinct()];

    private static List<string> TypesOf(string argument) => [.. argument.Split(',').Distinct()];

    /// <summary>Several types with names mean every name of every type.</summary>
    private static IReadOnlyList<string> Spread(IReadOnlyList<string> arguments)
    {
        if (arguments.Count < 2 || TypesOf(arguments[0]) is not { Count: > 1 } types) return arguments;
        return [.. types.SelectMany(t => arguments.Skip(1).Select(n => $"{t}/{n}"))];
    }

    private static (string Type, string Name) Pair(string argument)
    {
        var parts = argument.Split('/');
        if (parts.Length != 2) throw new KubectlException("arguments in resource/name form may not have more than one slash");
        if (parts[0].Length == 0 || parts[1].Length == 0 || parts[0].Contains(',', StringComparison.Ordinal)) throw new KubectlException("arguments in resource/name form must have a single resource and name");
        return (parts[0], parts[1]);
    }
}
