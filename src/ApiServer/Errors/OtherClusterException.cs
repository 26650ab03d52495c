namespace Tiphys.ApiServer;

/// <summary>A store holds another cluster than <see cref="KubeApiServerOptions.ClusterId"/>, or none yet.</summary>
/// <param name="wanted">The identity that was expected.</param>
public sealed class OtherClusterException(string wanted) : Exception($"the store does not hold the cluster {wanted}");
