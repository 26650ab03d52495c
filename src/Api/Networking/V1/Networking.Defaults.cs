namespace Tiphys.Api.Networking.V1;

public sealed partial class NetworkPolicySpec
{
    partial void OnDefaulting()
    {
        if (PolicyTypes is { Count: > 0 }) return;
        PolicyTypes = Egress is { Count: > 0 } ? [PolicyType.Ingress, PolicyType.Egress] : [PolicyType.Ingress];
    }
}

public sealed partial class IngressClassSpec
{
    partial void OnDefaulting()
    {
        if (Parameters is not null) Parameters.Scope ??= IngressClassParametersScope.Cluster;
    }
}
