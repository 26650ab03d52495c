using System.Net;
using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>Services: their addresses come from the allocator, which runs after this.</summary>
internal sealed class ServiceStrategy : SpecStatusStrategy<Service>
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");
    private static readonly string[] s_types = [ServiceType.ClusterIP, ServiceType.ExternalName, ServiceType.LoadBalancer, ServiceType.NodePort];
    private static readonly string[] s_protocols = [Protocol.Sctp, Protocol.Tcp, Protocol.Udp];

    protected override bool CountsGenerations => false;

    protected override IApiMessage SpecOf(Service item) => item.Spec;

    protected override void TakeSpec(Service item, Service from) => item.Spec = from.Spec;

    protected override void TakeStatus(Service item, Service from) => item.Status = from.Status;

    public override string? NameError(string name) => Names.Rfc1035LabelError(name);

    public override bool AllowCreateOnUpdate => true;

    public override void PrepareForCreate(Service item, StrategyContext context)
    {
        base.PrepareForCreate(item, context);

        // Clients that know only the one field.
        if (item.Spec is { ClusterIP.Length: > 0, ClusterIPs: not { Count: > 0 } }) item.Spec.ClusterIPs = [item.Spec.ClusterIP];
    }

    public override void PrepareForUpdate(Service item, Service old, StrategyContext context)
    {
        base.PrepareForUpdate(item, old, context);
        ServiceChanges.KeepAllocated(item.Spec, old.Spec);
        ServiceChanges.Pair(item.Spec, old.Spec);
        ServiceChanges.DropUnused(item, old);
    }

    public override void Validate(Service item, FieldErrors errors)
    {
        var spec = item.Spec;
        if (spec.Type.Length == 0) errors.Required(Spec["type"]);
        else if (!s_types.Contains(spec.Type)) errors.NotSupported(Spec["type"], spec.Type, s_types);
        var headless = spec.ClusterIP == "None";
        if (spec.Ports is not { Count: > 0 } && !headless && spec.Type != ServiceType.ExternalName) errors.Required(Spec["ports"]);
        Ports(spec, errors);
        MetadataValidation.Labels(spec.Selector, Spec["selector"], errors);
        if (spec.SessionAffinity is not (ServiceAffinity.None or ServiceAffinity.ClientIP)) errors.NotSupported(Spec["sessionAffinity"], spec.SessionAffinity, [ServiceAffinity.ClientIP, ServiceAffinity.None]);
        if (headless && spec.Type is ServiceType.NodePort or ServiceType.LoadBalancer) errors.Invalid(Spec["clusterIPs"][0], spec.ClusterIP, $"may not be set to 'None' for {spec.Type} services");
        ServiceClusterIPRules.Validate(item, errors);
        if (spec.Type == ServiceType.ExternalName)
        {
            if (spec.ClusterIP.Length > 0) errors.Forbidden(Spec["clusterIPs"], "may not be set for ExternalName services");
            if (spec.ExternalName.Length == 0) errors.Required(Spec["externalName"]);
            else if (Names.SubdomainError(spec.ExternalName.TrimEnd('.')) is { } error) errors.Invalid(Spec["externalName"], spec.ExternalName, error);
        }

        for (var i = 0; i < (spec.ExternalIPs?.Count ?? 0); i++)
            if (!IPAddress.TryParse(spec.ExternalIPs![i], out _)) errors.Invalid(Spec["externalIPs"][i], spec.ExternalIPs[i], "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
    }

    public override void ValidateUpdate(Service item, Service old, FieldErrors errors)
    {
        ServiceClusterIPRules.ValidateUpdate(item, old, errors);
        Validate(item, errors);
    }

    private static void Ports(ServiceSpec spec, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var numbers = new HashSet<(string, int)>();
        var nodePorts = new HashSet<(string, int)>();
        for (var i = 0; i < (spec.Ports?.Count ?? 0); i++)
        {
            var port = spec.Ports![i];
            var path = Spec["ports"][i];
            if (port.Name.Length == 0)
            {
                if (spec.Ports.Count > 1) errors.Required(path["name"]);
            }
            else if (Names.LabelError(port.Name) is { } nameError) errors.Invalid(path["name"], port.Name, nameError);
            else if (!names.Add(port.Name)) errors.Duplicate(path["name"], port.Name);

            if (PortRules.NumberError(port.Port) is { } error) errors.Invalid(path["port"], port.Port, error);
            if (port.Protocol.Length == 0) errors.Required(path["protocol"]);
            else if (!s_protocols.Contains(port.Protocol)) errors.NotSupported(path["protocol"], port.Protocol, s_protocols);
            PortRules.Target(port.TargetPort, path["targetPort"], errors);
            if (!numbers.Add((port.Protocol, port.Port))) errors.Duplicate(path, port);
            if (port.NodePort == 0) continue;
            if (spec.Type is ServiceType.ClusterIP or ServiceType.ExternalName) errors.Forbidden(path["nodePort"], "may not be used when `type` is 'ClusterIP'");
            else if (!nodePorts.Add((port.Protocol, port.NodePort))) errors.Duplicate(path["nodePort"], port.NodePort);
        }
    }
}
