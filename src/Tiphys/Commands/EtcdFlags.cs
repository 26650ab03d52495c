using System.CommandLine;
using System.CommandLine.Parsing;
using Tiphys.Api;
using Tiphys.Server;

namespace Tiphys.Commands;

/// <summary>The flags of a store in an etcd cluster, named as upstream's API server names them.</summary>
internal sealed class EtcdFlags
{
    private readonly Option<string[]> _servers = new("--etcd-servers") { Description = "List of etcd servers to connect with (scheme://ip:port), comma separated; by default the store is embedded.", DefaultValueFactory = static _ => [] };
    private readonly Option<string?> _authority = new("--etcd-cafile") { Description = "SSL Certificate Authority file used to secure etcd communication." };
    private readonly Option<string?> _certificate = new("--etcd-certfile") { Description = "SSL certification file used to secure etcd communication." };
    private readonly Option<string?> _key = new("--etcd-keyfile") { Description = "SSL key file used to secure etcd communication." };
    private readonly Option<string> _prefix = new("--etcd-prefix") { Description = "The prefix to prepend to all resource paths in etcd.", DefaultValueFactory = static _ => "/registry" };
    private readonly Option<string> _compaction = Duration("--etcd-compaction-interval", "The interval of compaction requests. If 0, the compaction request from apiserver is disabled.", "5m0s");
    private readonly Option<string> _health = Duration("--etcd-healthcheck-timeout", "How long a member may take to answer before it counts as away; the shorter of this and --etcd-readycheck-timeout.", "2s");
    private readonly Option<string> _ready = Duration("--etcd-readycheck-timeout", "See --etcd-healthcheck-timeout.", "2s");

    public IEnumerable<Option> All => [_servers, _authority, _certificate, _key, _prefix, _compaction, _health, _ready];

    public void Check(CommandResult result)
    {
        foreach (var server in Flags.Split(result.GetValue(_servers)))
        {
            if (!Uri.TryCreate(server, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https" or "unix"))
                result.AddError($"--etcd-servers: \"{server}\" is not a URL; use https://host:port, http://host:port or unix:///path");
        }

        if (result.GetValue(_certificate) is null != result.GetValue(_key) is null) result.AddError("--etcd-certfile and --etcd-keyfile must be given together");
    }

    /// <summary>Null when the store is to be embedded.</summary>
    public EtcdSettings? Settings(ParseResult result) => Defaults(result) is { Servers.Count: > 0 } settings ? settings : null;

    /// <summary>What is said of an etcd whose servers may be known from elsewhere.</summary>
    public EtcdSettings Defaults(ParseResult result)
    {
        var compaction = Parse(result.GetValue(_compaction)!);
        var (health, ready) = (Parse(result.GetValue(_health)!), Parse(result.GetValue(_ready)!));
        return new EtcdSettings
        {
            Servers = [.. Flags.Split(result.GetValue(_servers)).Select(static s => new Uri(s))],
            AuthorityFile = result.GetValue(_authority),
            CertificateFile = result.GetValue(_certificate),
            KeyFile = result.GetValue(_key),
            Prefix = result.GetValue(_prefix)!,
            CompactionInterval = compaction > TimeSpan.Zero ? compaction : null,
            HealthCheckTimeout = health < ready ? health : ready,
        };
    }

    private static TimeSpan Parse(string text) => GoDuration.TryParse(text, out var value) ? value : default;

    private static Option<string> Duration(string name, string description, string value)
    {
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && (!GoDuration.TryParse(result.Tokens[0].Value, out var duration) || duration < TimeSpan.Zero))
                result.AddError($"{name}: \"{result.Tokens[0].Value}\" is not a duration; use for example 5m or 30s");
        });
        return option;
    }
}
