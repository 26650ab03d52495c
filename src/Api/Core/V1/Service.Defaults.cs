namespace Tiphys.Api.Core.V1;

public sealed partial class ServiceSpec
{
    private const int AffinitySeconds = 10800;

    partial void OnDefaulting()
    {
        if (SessionAffinity == ServiceAffinity.None) SessionAffinityConfig = null;
        else if (SessionAffinity == ServiceAffinity.ClientIP && SessionAffinityConfig?.ClientIP?.TimeoutSeconds is null)
            SessionAffinityConfig = new() { ClientIP = new() { TimeoutSeconds = AffinitySeconds } };

        foreach (var port in Ports ?? [])
        {
            if (port.TargetPort is { IsString: false, IntValue: 0 } or { IsString: true, StringValue: "" }) port.TargetPort = port.Port;
        }

        if (IsExternallyAccessible && string.IsNullOrEmpty(ExternalTrafficPolicy)) ExternalTrafficPolicy = ServiceExternalTrafficPolicy.Cluster;
        if (Type is ServiceType.NodePort or ServiceType.LoadBalancer or ServiceType.ClusterIP) InternalTrafficPolicy ??= ServiceInternalTrafficPolicy.Cluster;
        if (Type == ServiceType.LoadBalancer) AllocateLoadBalancerNodePorts ??= true;
    }
}

public sealed partial class Service
{
    partial void OnDefaulting()
    {
        if (Spec.Type != ServiceType.LoadBalancer) return;
        foreach (var ingress in Status.LoadBalancer.Ingress ?? [])
        {
            if (ingress.IP.Length > 0) ingress.IPMode ??= LoadBalancerIPMode.Vip;
        }
    }
}
