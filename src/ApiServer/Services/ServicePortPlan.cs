using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>Where node ports are taken from.</summary>
internal interface INodePortSource
{
    /// <summary>Takes one port.</summary>
    /// <exception cref="AllocationException">It cannot be had.</exception>
    void Take(int port);

    /// <summary>Takes any port.</summary>
    /// <exception cref="AllocationException">All are taken.</exception>
    int TakeAny();
}

/// <summary>
/// The node ports a Service shall have, worked out against what is free. Nothing is set in the Service before <see cref="Apply"/>, so
/// that a plan can be made again.
/// </summary>
internal sealed class ServicePortPlan
{
    private static readonly FieldPath s_spec = FieldPath.Of("spec");
    private readonly int[] _ports;
    private readonly List<int> _taken = [];
    private int _health;

    private ServicePortPlan(Service service)
    {
        _ports = [.. (service.Spec.Ports ?? []).Select(static p => p.NodePort)];
        _health = service.Spec.HealthCheckNodePort;
    }

    /// <summary>The ports that were taken for the plan.</summary>
    public IReadOnlyList<int> Taken => _taken;

    /// <summary>Whether a write may take ports.</summary>
    public static bool MayTake(Service service, Service? old) =>
        (service.Spec.MayHaveNodePorts && (service.Spec.Ports ?? []).Exists(p => p.NodePort == 0 ? service.Spec.AllocatesNodePorts : old?.Spec.Ports?.Exists(o => o.NodePort == p.NodePort) != true))
        || (service.Spec.NeedsHealthCheckNodePort && (old is null || !old.Spec.NeedsHealthCheckNodePort));

    /// <summary>All node ports a Service holds.</summary>
    public static IEnumerable<int> Held(Service service) =>
        (service.Spec.Ports ?? []).Select(static p => p.NodePort).Append(service.Spec.NeedsHealthCheckNodePort ? service.Spec.HealthCheckNodePort : 0).Where(static p => p != 0);

    /// <summary>Plans a Service's ports, taking them.</summary>
    /// <exception cref="StatusException">A port that was asked for cannot be had.</exception>
    public static ServicePortPlan Make(Service service, Service? old, INodePortSource source)
    {
        var plan = new ServicePortPlan(service);
        if (service.Spec.MayHaveNodePorts)
        {
            if (old is null) plan.Create(service, source);
            else plan.Update(service, old, source);
        }

        if (service.Spec.NeedsHealthCheckNodePort && (old is null || !old.Spec.NeedsHealthCheckNodePort)) plan.Health(source);
        return plan;
    }

    /// <summary>Sets the ports in the Service.</summary>
    public void Apply(Service service)
    {
        for (var i = 0; i < _ports.Length; i++) service.Spec.Ports![i].NodePort = _ports[i];
        service.Spec.HealthCheckNodePort = _health;
    }

    private void Create(Service service, INodePortSource source)
    {
        // A port number served over several protocols has one node port for all of them.
        var numbers = new Dictionary<int, int>();
        var ports = service.Spec.Ports ?? [];
        for (var i = 0; i < ports.Count; i++)
        {
            if (_ports[i] == 0 && !service.Spec.AllocatesNodePorts) continue;
            var number = ports[i].Port;
            if (!numbers.TryGetValue(number, out var shared))
            {
                var wanted = ports.Find(p => p.Port == number && p.NodePort != 0)?.NodePort ?? 0;
                numbers[number] = _ports[i] = wanted == 0 ? TakeAny(source) : Take(service, i, wanted, source);
            }
            else if (_ports[i] == 0) _ports[i] = shared;
            else if (_ports[i] != shared) Take(service, i, _ports[i], source);
        }
    }

    private void Update(Service service, Service old, INodePortSource source)
    {
        var had = (old.Spec.Ports ?? []).Select(static p => p.NodePort).ToHashSet();
        var used = new HashSet<(string Protocol, int Port)>();
        var ports = service.Spec.Ports ?? [];
        for (var i = 0; i < ports.Count; i++)
        {
            if (_ports[i] == 0 && !service.Spec.AllocatesNodePorts) continue;
            if (_ports[i] == 0) _ports[i] = TakeAny(source);
            else if (!had.Contains(_ports[i]) && !_taken.Contains(_ports[i])) Take(service, i, _ports[i], source);
            if (!used.Add((ports[i].Protocol, _ports[i]))) throw ApiErrors.InternalError($"duplicate nodePort: {{{ports[i].Protocol} {_ports[i]}}}");
        }
    }

    private void Health(INodePortSource source)
    {
        try
        {
            if (_health != 0) source.Take(_health);
            else _health = source.TakeAny();
            _taken.Add(_health);
        }
        catch (AllocationException e)
        {
            throw ApiErrors.InternalError(_health == 0 ? $"failed to allocate a HealthCheck NodePort 0: {e.Message}" : $"failed to allocate requested HealthCheck NodePort {_health}: {e.Message}");
        }
    }

    private int Take(Service service, int index, int port, INodePortSource source)
    {
        try
        {
            source.Take(port);
            _taken.Add(port);
            return port;
        }
        catch (AllocationException e)
        {
            var errors = new FieldErrors();
            errors.Invalid(s_spec["ports"][index]["nodePort"], port, e.Message);
            throw ApiErrors.Invalid(new("", "Service"), service.Metadata.Name, errors);
        }
    }

    private int TakeAny(INodePortSource source)
    {
        try
        {
            var port = source.TakeAny();
            _taken.Add(port);
            return port;
        }
        catch (AllocationException e)
        {
            throw ApiErrors.InternalError($"failed to allocate a nodePort: {e.Message}");
        }
    }
}

/// <summary>For dry runs: ports are looked at and not taken; a port of the server's choice is one that no Service can have.</summary>
internal sealed class DryNodePorts(NodePortBitmap ports) : INodePortSource
{
    private readonly List<int> _taken = [];

    public void Take(int port)
    {
        if (ports.Has(port) || _taken.Contains(port)) throw new AllocationException("provided port is already allocated");
        _taken.Add(port);
    }

    public int TakeAny()
    {
        const int none = 32768;
        var port = _taken.Append(_taken.Count == 0 ? none : 0).Max() + 1;
        _taken.Add(port);
        return port;
    }
}
