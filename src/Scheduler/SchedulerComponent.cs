using Microsoft.Extensions.Logging;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Scheduler;

/// <summary>The scheduler (upstream's kube-scheduler): gives every pending pod a node.</summary>
public static class SchedulerComponent
{
    /// <summary>Runs until cancelled.</summary>
    /// <param name="options">How.</param>
    /// <param name="client">The API server, as <c>system:kube-scheduler</c>.</param>
    /// <param name="time">Clock.</param>
    /// <param name="loggers">Where to log.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task RunAsync(SchedulerOptions options, KubernetesClient client, TimeProvider time, ILoggerFactory loggers, CancellationToken cancel)
    {
        var logger = loggers.CreateLogger("Tiphys.Scheduler");
        Task LeadAsync(CancellationToken token) => new PodScheduler(options, client, time, loggers, logger).RunAsync(token);
        if (!options.LeaderElect) await LeadAsync(cancel);
        else await new LeaderElector(client, new(WellKnownNamespaces.System, "kube-scheduler", options.Identity) { Timing = options.LeaderElection }, time, logger).RunAsync(LeadAsync, cancel);
    }
}
