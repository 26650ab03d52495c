using System.Net;
using Microsoft.Extensions.Logging;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Storage;

namespace Tiphys.ApiServer;

/// <summary>
/// Keeps the Service <c>default/kubernetes</c> and its endpoints: the API servers that live (upstream's kubernetesservice controller).
/// </summary>
internal sealed partial class KubernetesServiceController(ApiResources resources, IEndpointReconciler endpoints, IPAddress serviceAddress, int port, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>Time between looks at the endpoints; a server that is silent for <see cref="TimeToLive"/> is out.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>How long a server counts as living after it last said so.</summary>
    public static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    /// <summary>Makes the Service, adds this server to its endpoints, and keeps both until disposed.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        await TryReconcileAsync(ports: true, cancel);
        _loop = RunAsync(_stop.Token);
    }

    /// <summary>Makes the Service if there is none.</summary>
    private async Task EnsureServiceAsync(CancellationToken cancel)
    {
        var services = resources.Of<Service>();
        if (await services.SeenAsync(WellKnownNamespaces.Default, KubernetesEndpoints.Name, cancel) is not null) return;
        var service = new Service
        {
            Metadata = new() { Name = KubernetesEndpoints.Name, Namespace = WellKnownNamespaces.Default, Labels = new() { ["component"] = "apiserver", ["provider"] = "kubernetes" } },
            Spec = new()
            {
                ClusterIP = serviceAddress.ToString(),
                IPFamilyPolicy = "SingleStack",
                Type = ServiceType.ClusterIP,
                SessionAffinity = ServiceAffinity.None,
                Ports = [new() { Name = ServerPorts.Name, Port = 443, Protocol = Protocol.Tcp, TargetPort = port }],
            },
        };
        service.ApplyDefaults();
        try
        {
            await services.CreateAsync(
                service,
                WriteContext.OfServer(WellKnownNamespaces.Default, cancel));
        }
        catch (StatusException e) when (e.IsAlreadyExists)
        {
            // Another server was quicker.
        }
    }

    /// <summary>Takes this server out of the endpoints, so that nobody is sent to it any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();

        // The end must not wait for a store that is away: then the lease runs out by itself.
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            await endpoints.RemoveAsync(patience.Token);
        }
        catch (Exception e) when (IsExpected(e))
        {
            LogNotRemoved(logger, e);
        }
    }

    private async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            await WaitAsync(cancel);
            if (!cancel.IsCancellationRequested) await TryReconcileAsync(ports: false, cancel);
        }
    }

    private async Task WaitAsync(CancellationToken cancel)
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var interval = Task.Delay(Interval, time, wait.Token);
        var change = endpoints.WaitForChangeAsync(wait.Token);
        await Task.WhenAny(interval, change);

        // A watch that broke says nothing; the interval does.
        if (!change.IsCompletedSuccessfully) await interval.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await wait.CancelAsync();
        await Task.WhenAll(interval, change).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task TryReconcileAsync(bool ports, CancellationToken cancel)
    {
        try
        {
            await Task.WhenAll(EnsureServiceAsync(cancel), endpoints.ReconcileAsync(ports, cancel));
        }
        catch (StatusException e) when (e.Status.Code == 409)
        {
            // Another server writes the same; if not, the next time.
        }
        catch (Exception e) when (IsExpected(e))
        {
            if (!cancel.IsCancellationRequested) LogFailed(logger, e);
        }
    }

    private static bool IsExpected(Exception e) => e is StatusException or StoreException or OperationCanceledException or InvalidOperationException or ApiDecodeException;

    [LoggerMessage(Level = LogLevel.Error, Message = "unable to sync kubernetes service")]
    private static partial void LogFailed(ILogger logger, Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "unable to remove endpoints from kubernetes service")]
    private static partial void LogNotRemoved(ILogger logger, Exception error);
}
