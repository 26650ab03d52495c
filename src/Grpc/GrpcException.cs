namespace Tiphys.Grpc;

/// <summary>A gRPC call that ended with a status other than OK.</summary>
public sealed class GrpcException : Exception
{
    /// <summary>Describes a failed call.</summary>
    public GrpcException(GrpcStatusCode code, string detail, Exception? inner = null)
        : base($"rpc error: code = {code} desc = {detail}", inner)
    {
        Code = code;
        Detail = detail;
    }

    /// <summary>What kind of failure it was.</summary>
    public GrpcStatusCode Code { get; }

    /// <summary>The request never left this side: the server cannot have acted on it.</summary>
    public bool NeverSent { get; init; }

    /// <summary>The server's own words, without the code.</summary>
    public string Detail { get; }
}
