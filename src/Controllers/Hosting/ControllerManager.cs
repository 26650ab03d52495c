using Microsoft.Extensions.Logging;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Runs the cluster's controllers (upstream's kube-controller-manager).</summary>
public static partial class ControllerManager
{
    /// <summary>Names of all controllers, as <c>--controllers</c> takes them.</summary>
    public static IEnumerable<string> Names => ControllerCatalog.All.Select(static c => c.Name);

    /// <summary>Works until cancelled; with leader election, only while leading.</summary>
    /// <param name="options">What to run, and how.</param>
    /// <param name="client">The manager's client; the caller disposes it.</param>
    /// <param name="time">Clock.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="cancel">Ends the work; the lease is given up then.</param>
    /// <exception cref="ArgumentException">A controller's name is unknown.</exception>
    public static async Task RunAsync(ControllerManagerOptions options, KubernetesClient client, TimeProvider time, ILoggerFactory loggers, CancellationToken cancel)
    {
        var entries = ControllerCatalog.Select(options.Controllers).ToArray();
        if (!options.LeaderElect)
        {
            await RunControllersAsync(entries, options, client, time, loggers, cancel);
            return;
        }

        var election = new LeaderElectionOptions(WellKnownNamespaces.System, "kube-controller-manager", options.Identity) { Timing = options.LeaderElection };
        var elector = new LeaderElector(client, election, time, loggers.CreateLogger("Tiphys.Controllers.LeaderElection"));
        await elector.RunAsync(term => RunControllersAsync(entries, options, client, time, loggers, term), cancel);
    }

    /// <summary>One term: everything is built anew, for what was known in an earlier term may be wrong by now.</summary>
    private static async Task RunControllersAsync(ControllerEntry[] entries, ControllerManagerOptions options, KubernetesClient client, TimeProvider time, ILoggerFactory loggers, CancellationToken cancel)
    {
        var logger = loggers.CreateLogger("Tiphys.Controllers");
        var informers = new InformerFactory(client, time, loggers);
        var running = new List<Task>();
        var built = new List<(IController Controller, ControllerContext Context)>();
        foreach (var entry in entries)
        {
            var context = new ControllerContext(entry.Name, options, (entry.Account.Length > 0 ? options.ClientFor?.Invoke(entry.Account) : null) ?? client, informers, time, loggers);
            if (entry.Create(context) is { } controller) built.Add((controller, context));
        }

        // Indexes and handlers are in place; only now may objects arrive.
        running.Add(informers.RunAsync(cancel));
        foreach (var (controller, context) in built)
        {
            running.AddRange(context.Recorders.Select(recorder => recorder.RunAsync(cancel)));
            running.Add(StartAsync(controller, context, logger, cancel));
        }

        await Task.WhenAll(running);
    }

    private static async Task StartAsync(IController controller, ControllerContext context, ILogger logger, CancellationToken cancel)
    {
        try
        {
            await context.WaitForSyncAsync(cancel);
            LogStarted(logger, context.Name);
            await controller.RunAsync(cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // asked to stop
        }
        catch (Exception e)
        {
            LogDied(logger, e, context.Name);
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Controller} started")]
    private static partial void LogStarted(ILogger logger, string controller);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Controller} ended with an error")]
    private static partial void LogDied(ILogger logger, Exception error, string controller);
}
