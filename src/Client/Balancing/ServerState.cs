namespace Tiphys.Client;

/// <summary>How an API server answers.</summary>
public enum ServerState
{
    /// <summary>It says that it is ready, or nobody has asked yet.</summary>
    Ready,

    /// <summary>It answers, but is starting or stopping: whoever can should go elsewhere.</summary>
    NotReady,

    /// <summary>It does not answer.</summary>
    Silent,

    /// <summary>Nobody listens there.</summary>
    Gone,
}

/// <summary>Asks API servers how they are.</summary>
public interface IServerProbe
{
    /// <summary>Asks one server once.</summary>
    /// <param name="server">Its address.</param>
    /// <param name="cancel">Ends the question; a server that has not answered by then is <see cref="ServerState.Silent"/>.</param>
    Task<ServerState> ProbeAsync(Uri server, CancellationToken cancel);
}
