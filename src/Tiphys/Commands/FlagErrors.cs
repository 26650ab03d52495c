using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Tiphys.Commands;

/// <summary>What is wrong with a command line, in one sentence as upstream's programs say it.</summary>
internal static class FlagErrors
{
    /// <summary>The first mistake; null when there is none, or help was asked for.</summary>
    /// <param name="result">The command line as parsed.</param>
    public static string? Sentence(ParseResult result)
    {
        if (result.Action is not ParseErrorAction) return null;
        if (result.UnmatchedTokens is [var stray, ..] && result.CommandResult.Command.TreatUnmatchedTokensAsErrors) return Stray(stray);
        if (result.Errors is not [var error, ..]) return null;

        // A role that only has commands, called without any, answers with its help.
        if (result.CommandResult.Command is { Subcommands.Count: > 0, Action: null } && error.SymbolResult is CommandResult) return null;
        return error.SymbolResult switch
        {
            OptionResult option => OfFlag(option, error.Message),
            ArgumentResult { Parent: OptionResult option } => OfFlag(option, error.Message),
            _ => Plain(error.Message),
        };
    }

    /// <summary>Where the flags are told, to be put after the sentence.</summary>
    /// <param name="result">The command line as parsed.</param>
    public static string Pointer(ParseResult result)
    {
        var names = new List<string>();
        for (SymbolResult? at = result.CommandResult; at is CommandResult command; at = at.Parent) names.Insert(0, command.Command is RootCommand ? "tiphys" : command.Command.Name);
        return $"see `{string.Join(' ', names)} --help`.";
    }

    private static string Stray(string token)
    {
        if (!token.StartsWith('-')) return $"unknown command \"{token}\"";
        var name = token.Split('=')[0];
        return name.StartsWith("--", StringComparison.Ordinal) ? $"unknown flag: {name}" : $"unknown shorthand flag: '{name[1..].FirstOrDefault()}' in {name}";
    }

    private static string OfFlag(OptionResult result, string message)
    {
        var name = result.IdentifierToken?.Value ?? result.Option.Name;
        return result.Tokens switch
        {
            [] => $"flag needs an argument: {name}",
            [var only] => $"invalid argument \"{only.Value}\" for \"{name}\" flag: {Reason(result.Option.ValueType, only.Value) ?? Plain(message)}",
            _ => $"invalid arguments for \"{name}\" flag: {Plain(message)}",
        };
    }

    /// <summary>Why a value is none of the type; null when it is one, and something else is wrong with it.</summary>
    private static string? Reason(Type type, string text)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(bool)) return bool.TryParse(text, out _) ? null : Go("ParseBool", text, "invalid syntax");
        if (type != typeof(int) && type != typeof(long)) return null;
        if (!Int128.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return Go("ParseInt", text, "invalid syntax");
        var fits = type == typeof(int) ? number >= int.MinValue && number <= int.MaxValue : number >= long.MinValue && number <= long.MaxValue;
        return fits ? null : Go("ParseInt", text, "value out of range");
    }

    private static string Go(string function, string text, string reason) => $"strconv.{function}: parsing \"{text}\": {reason}";

    private static string Plain(string message) => message.TrimEnd('.', ' ', '\n');
}
