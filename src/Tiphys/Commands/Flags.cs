using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Tiphys.Server;

namespace Tiphys.Commands;

/// <summary>Flags that several roles share, and the parsing of their values.</summary>
internal static class Flags
{
    public static Option<string> DataDir() => new("--data-dir") { Description = "Directory of all state.", DefaultValueFactory = static _ => "/var/lib/tiphys" };

    public static Option<int> Verbosity() => new("-v", "--v") { Description = "How much is logged; 4 and more is for finding faults.", DefaultValueFactory = static _ => 2 };

    public static Option<string> ResolvConf() => new("--resolv-conf") { Description = "Resolvers of the node: what its pods and the cluster's DNS ask about names outside the cluster.", DefaultValueFactory = static _ => "/etc/resolv.conf" };

    public static Option<IPAddress?> Address(string name, string description, IPAddress? fallback) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => fallback,
        CustomParser = result => Parse<IPAddress?>(result, static (string text, out IPAddress? value) => IPAddress.TryParse(text, out value), "an IP address"),
    };

    /// <summary>An HTTPS address; HOST:PORT alone will do.</summary>
    public static Option<Uri?> Server(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = static result => Parse<Uri?>(result, static (string text, out Uri? value) => Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : "https://" + text, UriKind.Absolute, out value) && value is { Scheme: "https", AbsolutePath: "/" }, "an address such as https://10.0.0.1:6443"),
    };

    public static Option<IPNetwork> Network(string name, string description, string fallback) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => IPNetwork.Parse(fallback),
        CustomParser = static result => Parse(result, static (string text, out IPNetwork value) => IPNetwork.TryParse(text, out value), "a network such as 10.0.0.0/16"),
    };

    public static Option<Ports> PortRange(string name, string description, Ports fallback) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => fallback,
        CustomParser = static result => Parse<Ports>(result, Ports.TryParse, "a range of ports such as 30000-32767"),
    };

    /// <summary>One of some words.</summary>
    public static Option<string> Choice(string name, string description, string fallback, IEnumerable<string> words)
    {
        string[] all = [.. words];
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = _ => fallback };
        option.CompletionSources.Add(all);
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var given] && !all.Contains(given.Value)) result.AddError($"must be one of {string.Join(", ", all)}");
        });
        return option;
    }

    /// <summary>Whether a flag was given, rather than left at its default.</summary>
    public static bool IsGiven(OptionResult? flag) => flag is { Implicit: false };

    /// <summary>The values of a flag that may be given several times, and with several values between commas.</summary>
    public static IEnumerable<string> Split(params string[]? values) =>
        (values ?? []).SelectMany(static v => v.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    private delegate bool TryParse<T>(string text, out T value);

    private static T Parse<T>(ArgumentResult result, TryParse<T> parse, string wanted)
    {
        var text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
        if (parse(text, out var value)) return value;
        result.AddError($"must be {wanted}");
        return default!;
    }
}
