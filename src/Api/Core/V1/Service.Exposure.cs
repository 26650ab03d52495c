namespace Tiphys.Api.Core.V1;

public sealed partial class ServiceSpec
{
    /// <summary>Whether the type is one that has addresses in the cluster.</summary>
    public bool NeedsClusterIP => Type != ServiceType.ExternalName;

    /// <summary>Whether the service has no address by its own wish.</summary>
    public bool IsHeadless => ClusterIPs is [ServiceConstants.ClusterIPNone];

    /// <summary>Whether traffic from outside the cluster can reach the service.</summary>
    public bool IsExternallyAccessible =>
        MayHaveNodePorts || (Type == ServiceType.ClusterIP && ExternalIPs is { Count: > 0 });

    /// <summary>Whether the type is one whose ports may have node ports.</summary>
    public bool MayHaveNodePorts => Type is ServiceType.NodePort or ServiceType.LoadBalancer;

    /// <summary>Whether ports that name no node port are given one.</summary>
    public bool AllocatesNodePorts => Type == ServiceType.NodePort || (Type == ServiceType.LoadBalancer && AllocateLoadBalancerNodePorts != false);

    /// <summary>Whether traffic from outside goes to endpoints of the same node only.</summary>
    public bool IsExternalTrafficLocal => ExternalTrafficPolicy == ServiceExternalTrafficPolicy.Local;

    /// <summary>Whether traffic from inside the cluster goes to endpoints of the same node only.</summary>
    public bool IsInternalTrafficLocal => InternalTrafficPolicy == ServiceInternalTrafficPolicy.Local;

    /// <summary>Whether load balancers ask a port of its own which nodes have endpoints of the service.</summary>
    public bool NeedsHealthCheckNodePort => Type == ServiceType.LoadBalancer && IsExternalTrafficLocal;
}
