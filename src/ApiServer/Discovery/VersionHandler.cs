using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;

namespace Tiphys.ApiServer;

/// <summary>Which version of the API this server speaks.</summary>
public static class KubernetesVersion
{
    /// <summary>Major version.</summary>
    public const string Major = "1";

    /// <summary>Minor version.</summary>
    public const string Minor = "36";

    /// <summary>Full version; what stands behind the plus sign is ours.</summary>
    public const string GitVersion = "v1.36.2+tiphys";

    /// <summary>Operating system and processor, in Go's words.</summary>
    public static string Platform { get; } = "linux/" + RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => "amd64",
        Architecture.Arm64 => "arm64",
        Architecture.X86 => "386",
        var other => other.ToString().ToLowerInvariant(),
    };
}

/// <summary><c>/version</c>: what <c>kubectl version</c> shows of the server.</summary>
/// <param name="built">When the server was built.</param>
public sealed class VersionHandler(DateTimeOffset built) : IPathHandler
{
    private readonly byte[] _body = Encoding.UTF8.GetBytes(new JsonObject
    {
        ["major"] = KubernetesVersion.Major,
        ["minor"] = KubernetesVersion.Minor,
        ["emulationMajor"] = KubernetesVersion.Major,
        ["emulationMinor"] = KubernetesVersion.Minor,
        ["minCompatibilityMajor"] = KubernetesVersion.Major,
        ["minCompatibilityMinor"] = "35",
        ["gitVersion"] = KubernetesVersion.GitVersion,
        ["gitCommit"] = "",
        ["gitTreeState"] = "clean",
        ["buildDate"] = built.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        ["goVersion"] = "",
        ["compiler"] = "dotnet",
        ["platform"] = KubernetesVersion.Platform,
    }.ToJsonString());

    /// <inheritdoc/>
    public bool Handles(string path) => path is "/version" or "/version/";

    /// <inheritdoc/>
    public async Task HandleAsync(ApiRequest request)
    {
        if (request.Http.Request.Method != "GET") throw ApiErrors.MethodNotAllowed();
        MediaTypes.Demand(request.Http.Request.Headers.Accept.ToString(), MediaTypes.Json);
        request.Http.Response.ContentType = MediaTypes.Json;
        request.Http.Response.ContentLength = _body.Length;
        request.Http.Response.Headers.CacheControl = "no-cache, private";
        await request.Http.Response.Body.WriteAsync(_body, request.Cancel);
    }
}
