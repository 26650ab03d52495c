using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Tiphys.Api;
using Tiphys.Logging;
using Tiphys.Server;
using Tiphys.Storage.Etcd;

namespace Tiphys.Commands;

/// <summary><c>tiphys etcd</c> without a subcommand: the store as a server of its own, with etcd's flags.</summary>
internal static class EtcdServerCommand
{
    private const string DefaultUrl = "http://localhost:2379";
    private const long LongestHours = 1_000_000;
    private static readonly string[] s_levels = ["debug", "info", "warn", "error", "panic", "fatal"];

    /// <summary>Makes a command run the server.</summary>
    public static void AddTo(Command command)
    {
        var dataDir = Flags.DataDir();
        var name = new Option<string>("--name") { Description = "Human-readable name of this member.", DefaultValueFactory = static _ => "default" };
        var listen = Urls("--listen-client-urls", "Where to listen for clients, comma-separated; http:// without and https:// with TLS.");
        var advertise = Urls("--advertise-client-urls", "Where clients reach this member, as told in the list of members; where it listens by default.");
        var cert = new Option<string?>("--cert-file") { Description = "The server's TLS certificate, in PEM." };
        var key = new Option<string?>("--key-file") { Description = "Its private key, in PEM." };
        var authority = new Option<string?>("--trusted-ca-file") { Description = "Authorities of clients, in PEM: clients must show a certificate of theirs." };
        var clientAuth = new Option<bool>("--client-cert-auth") { Description = "Demand certificates of clients; needs --trusted-ca-file." };
        var quota = new Option<long>("--quota-backend-bytes") { Description = "Bytes of disk beyond which puts are refused with the alarm NOSPACE; 0 for as many as there are.", DefaultValueFactory = static _ => 0 };
        var mode = Flags.Choice("--auto-compaction-mode", "What --auto-compaction-retention counts: time (periodic) or revisions (revision).", "periodic", ["periodic", "revision"]);
        var retention = new Option<string>("--auto-compaction-retention") { Description = "How much history is kept: a duration such as 30m (a number alone means hours), or a number of revisions; 0 leaves compaction to clients.", DefaultValueFactory = static _ => "0" };
        var request = new Option<int>("--max-request-bytes") { Description = "Bytes a write request may have.", DefaultValueFactory = static _ => new EtcdOptions().MaxRequestBytes };
        var operations = new Option<int>("--max-txn-ops") { Description = "The most operations a transaction may have.", DefaultValueFactory = static _ => new EtcdOptions().MaxTxnOperations };
        var progress = new Option<string>("--watch-progress-notify-interval") { Description = "How often a quiet watch that asked for it hears how far it has seen.", DefaultValueFactory = static _ => "10m" };
        var level = Flags.Choice("--log-level", $"The least that is logged: {string.Join(", ", s_levels)}.", "info", s_levels);
        foreach (var option in new Option[] { dataDir, name, listen, advertise, cert, key, authority, clientAuth, quota, mode, retention, request, operations, progress, level }) command.Options.Add(option);
        AtLeast(request, 1);
        AtLeast(operations, 1);
        command.Validators.Add(result =>
        {
            if (result.Children.OfType<CommandResult>().Any()) return;
            if (result.GetValue(cert) is null != result.GetValue(key) is null) result.AddError("--cert-file and --key-file go together");
            if (result.GetValue(clientAuth) && result.GetValue(authority) is null) result.AddError("--client-cert-auth needs --trusted-ca-file");
            foreach (var url in Flags.Split(result.GetValue(advertise)))
            {
                if (WhyNotUrl(url) is { } reason) result.AddError($"--advertise-client-urls: {reason}: {url}");
            }

            // Values that were not given read as empty here.
            if (result.GetValue(retention) is { Length: > 0 } && !TryRetention(result.GetValue(mode), result.GetValue(retention), out _, out _)) result.AddError($"--auto-compaction-retention: \"{result.GetValue(retention)}\" is not {(result.GetValue(mode) == "revision" ? "a number of revisions" : "a duration such as 1h or 30m")}");
            if (result.GetValue(progress) is { Length: > 0 } && (!GoDuration.TryParse(result.GetValue(progress), out var interval) || interval <= TimeSpan.Zero)) result.AddError($"--watch-progress-notify-interval: \"{result.GetValue(progress)}\" is not a duration such as 10m or 5s");
        });
        command.SetAction(async (result, cancel) =>
        {
            TryRetention(result.GetValue(mode), result.GetValue(retention), out var window, out var revisions);
            _ = GoDuration.TryParse(result.GetValue(progress), out var interval);
            var listenUrls = Split(result.GetValue(listen), DefaultUrl);
            var options = new EtcdHostOptions
            {
                DataDir = result.GetValue(dataDir)!,
                ListenUrls = listenUrls,
                CertFile = result.GetValue(cert),
                KeyFile = result.GetValue(key),
                TrustedCaFile = result.GetValue(authority),
                HistoryWindow = window,
                HistoryRevisions = revisions,
                ProgressInterval = interval,
                Api = new EtcdOptions
                {
                    Name = result.GetValue(name)!,
                    AdvertiseClientUrls = result.GetValue(advertise) is { Length: > 0 } given ? Split(given, DefaultUrl) : listenUrls,
                    MaxRequestBytes = result.GetValue(request),
                    MaxTxnOperations = result.GetValue(operations),
                    QuotaBytes = Math.Max(result.GetValue(quota), 0),
                },
            };
            using var heap = new HeapKeeper(TimeProvider.System);
            await EtcdHost.RunAsync(options, Logs.Create(LevelOf(result.GetValue(level)!)), cancel);
        });
    }

    private static Option<string[]> Urls(string name, string description) => new(name) { Description = description, DefaultValueFactory = static _ => [] };

    private static string[] Split(string[]? values, string fallback) => values is { Length: > 0 } ? [.. Flags.Split(values).Distinct(StringComparer.Ordinal)] : [fallback];

    // As etcd wants them: the client that is told of a member must be able to reach it.
    private static string? WhyNotUrl(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https" or "unix" or "unixs")) return "URL scheme must be http, https, unix, or unixs";
        if (uri.Scheme[0] == 'u') return null;
        if (uri.PathAndQuery != "/") return "URL must not contain a path";
        // The text is looked at: a Uri does not tell a port left out from the web's own.
        return url.TrimEnd('/').EndsWith(string.Create(CultureInfo.InvariantCulture, $":{uri.Port}"), StringComparison.Ordinal) ? null : "URL address does not have the form \"host:port\"";
    }

    private static void AtLeast(Option<int> option, int least) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, out var value) && value < least) result.AddError($"{option.Name}: {value} is too small");
    });

    private static LogLevel LevelOf(string name) => name switch
    {
        "debug" => LogLevel.Debug,
        "info" => LogLevel.Information,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => LogLevel.Critical,
    };

    private static bool TryRetention(string? mode, string? text, out TimeSpan? window, out long revisions)
    {
        (window, revisions) = (null, 0);
        if (mode == "revision") return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out revisions);
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var hours) && hours <= LongestHours)
        {
            window = hours == 0 ? null : TimeSpan.FromHours(hours);
            return true;
        }
        if (!GoDuration.TryParse(text, out var duration) || duration <= TimeSpan.Zero || duration > TimeSpan.FromHours(LongestHours)) return false;
        window = duration;
        return true;
    }
}
