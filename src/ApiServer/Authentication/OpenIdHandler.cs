using System.Text.Json.Nodes;

namespace Tiphys.ApiServer;

/// <summary>
/// Publishes the issuer of service account tokens and its keys, so that others can verify tokens without asking the API server.
/// </summary>
/// <param name="tokens">The issuer.</param>
/// <param name="keysUri">Full URL of the keys, as the outside reaches them.</param>
public sealed class OpenIdHandler(ServiceAccountTokens tokens, string keysUri) : IPathHandler
{
    private const string ConfigurationPath = "/.well-known/openid-configuration";

    /// <summary>Path of the key set.</summary>
    public const string KeysPath = "/openid/v1/jwks";

    /// <inheritdoc/>
    public bool Handles(string path) => path is ConfigurationPath or KeysPath;

    /// <inheritdoc/>
    public async Task HandleAsync(ApiRequest request)
    {
        if (request.Http.Request.Method is not ("GET" or "HEAD")) throw ApiErrors.MethodNotAllowed();
        var keys = request.Info.Path == KeysPath;
        var body = System.Text.Encoding.UTF8.GetBytes((keys ? KeySet() : Configuration()).ToJsonString());
        var response = request.Http.Response;
        response.ContentType = keys ? "application/jwk-set+json" : "application/json";
        response.Headers.CacheControl = "public, max-age=3600";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, request.Cancel);
    }

    private JsonObject Configuration() => new()
    {
        ["issuer"] = tokens.Issuer,
        ["jwks_uri"] = keysUri,
        ["response_types_supported"] = new JsonArray("id_token"),
        ["subject_types_supported"] = new JsonArray("public"),
        ["id_token_signing_alg_values_supported"] = new JsonArray([.. tokens.Keys.Select(static k => k.Algorithm).Distinct().Order(StringComparer.Ordinal).Select(static a => JsonValue.Create(a))]),
    };

    private JsonObject KeySet() => new() { ["keys"] = new JsonArray([.. tokens.Keys.Select(static k => k.ToJwk())]) };
}
