namespace Tiphys.ApiServer;

/// <summary>How the endpoints of the <c>kubernetes</c> Service are kept (<c>--endpoint-reconciler-type</c>).</summary>
public enum EndpointReconcilerType
{
    /// <summary>Every server keeps a lease in the store; those with a living one are the endpoints.</summary>
    Lease,

    /// <summary>Nobody keeps them.</summary>
    None,

    /// <summary>Every server adds itself, up to <c>--apiserver-count</c> of them; those that died stay. Deprecated upstream.</summary>
    MasterCount,
}
