using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Tiphys.Api;
using Tiphys.Client;

namespace Tiphys.Commands;

/// <summary>When leadership changes hands, by upstream's flags.</summary>
/// <param name="defaults">What holds for flags that are not given.</param>
internal sealed class LeaderElectionFlags(LeaderElectionTiming defaults)
{
    private readonly Option<string?> _lease = Option("--leader-elect-lease-duration", "How long other candidates wait after the leader's last renewal before one takes over.", defaults.LeaseDuration);
    private readonly Option<string?> _renew = Option("--leader-elect-renew-deadline", "How long a leader tries to renew before it stops leading.", defaults.RenewDeadline);
    private readonly Option<string?> _retry = Option("--leader-elect-retry-period", "Time between attempts to lead and between renewals.", defaults.RetryPeriod);

    public IEnumerable<Option> All => [_lease, _renew, _retry];

    public void Check(CommandResult result)
    {
        foreach (var option in (Option<string?>[])[_lease, _renew, _retry])
            if (result.GetValue(option) is { } text && !GoDuration.TryParse(text, out _)) result.AddError($"{option.Name}: \"{text}\" is not a duration; use for example 5m or 30s");
        if (Timing(result.GetValue).Error is { } error) result.AddError(error);
    }

    public LeaderElectionTiming Timing(ParseResult result) => Timing(result.GetValue);

    private LeaderElectionTiming Timing(Func<Option<string?>, string?> given)
    {
        return new(Value(_lease, defaults.LeaseDuration), Value(_renew, defaults.RenewDeadline), Value(_retry, defaults.RetryPeriod));

        TimeSpan Value(Option<string?> option, TimeSpan fallback) => GoDuration.TryParse(given(option), out var value) ? value : fallback;
    }

    private static Option<string?> Option(string name, string description, TimeSpan value) =>
        new(name) { Description = string.Create(CultureInfo.InvariantCulture, $"{description} [default: {value.TotalSeconds}s]") };
}
