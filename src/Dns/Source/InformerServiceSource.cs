using System.Collections.Immutable;
using System.Threading.Channels;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Discovery.V1;
using Tiphys.Client;
using Tiphys.Dns.Zone;

namespace Tiphys.Dns.Source;

/// <summary>
/// Follows services, endpoint slices and namespaces through informers. Changes are gathered and made into one new snapshot
/// at a time, each costing what changed and not what there is.
/// </summary>
public sealed class InformerServiceSource : IServiceSource, IRunnable
{
    private const string ServiceIndex = "service";

    private readonly IInformer<Service> _services;
    private readonly IInformer<EndpointSlice> _slices;
    private readonly IInformer<Namespace> _namespaces;
    private readonly TimeProvider _time;
    private readonly Channel<Change> _changes = Channel.CreateUnbounded<Change>(new UnboundedChannelOptions { SingleReader = true });
    private ClusterSnapshot _current = ClusterSnapshot.Empty;
    private volatile bool _synced;

    /// <summary>Registers with the informers, which must not run yet.</summary>
    public InformerServiceSource(IInformer<Service> services, IInformer<EndpointSlice> slices, IInformer<Namespace> namespaces, TimeProvider time)
    {
        (_services, _slices, _namespaces, _time) = (services, slices, namespaces, time);
        slices.AddIndex(ServiceIndex, static s => ServiceTranslator.KeyOf(s) is { } key ? [IndexValue(key)] : []);
        services.OnChange(s => _changes.Writer.TryWrite(new Change(new ServiceKey(s.Metadata.Namespace, s.Metadata.Name), null)));
        namespaces.OnChange(n => _changes.Writer.TryWrite(new Change(default, n.Metadata.Name)));
        slices.On(Changed, (before, after) => ChangedBoth(before, after), Changed);
    }

    /// <inheritdoc/>
    public bool HasSynced => _synced;

    /// <inheritdoc/>
    public ClusterSnapshot Current => Volatile.Read(ref _current);

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            await Task.WhenAll(_services.WaitForSyncAsync(cancel), _slices.WaitForSyncAsync(cancel), _namespaces.WaitForSyncAsync(cancel));
            Apply();
            _synced = true;
            while (await _changes.Reader.WaitToReadAsync(cancel))
                Apply();
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }
    }

    private static string IndexValue(ServiceKey key) => $"{key.Namespace}/{key.Name}";

    private void ChangedBoth(EndpointSlice before, EndpointSlice after)
    {
        // A slice whose label moved it takes its endpoints from one service to the other.
        if (ServiceTranslator.KeyOf(before) != ServiceTranslator.KeyOf(after))
            Changed(before);
        Changed(after);
    }

    private void Changed(EndpointSlice slice)
    {
        if (ServiceTranslator.KeyOf(slice) is { } key)
            _changes.Writer.TryWrite(new Change(key, null));
    }

    private void Apply()
    {
        var keys = new HashSet<ServiceKey>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (_changes.Reader.TryRead(out var change))
        {
            if (change.Namespace is { } name)
                names.Add(name);
            else
                keys.Add(change.Service);
        }

        var snapshot = _current;
        foreach (var key in keys)
        {
            snapshot = _services.Get(key.Namespace, key.Name) is { } service
                ? snapshot.With(ServiceTranslator.Translate(service, _slices.ByIndex(ServiceIndex, IndexValue(key))))
                : snapshot.Without(key);
        }
        var namespaces = snapshot.Namespaces;
        foreach (var name in names)
            namespaces = _namespaces.Get("", name) is null ? namespaces.Remove(name) : namespaces.Add(name);
        Volatile.Write(ref _current, snapshot with { Namespaces = namespaces, Serial = (uint)_time.GetUtcNow().ToUnixTimeSeconds() });
    }

    private readonly record struct Change(ServiceKey Service, string? Namespace);
}
