using System.IO.Compression;
using System.Security.Cryptography;

namespace Tiphys.ApiServer;

/// <summary>A document made once and sent to many: with an entity tag, and compressed for those who take it so.</summary>
internal sealed class CachedDocument
{
    private const int WorthCompressing = 1024;
    private readonly Lazy<byte[]> _compressed;

    public CachedDocument(byte[] bytes, string contentType)
    {
        Bytes = bytes;
        ContentType = contentType;
        Hash = Convert.ToHexString(SHA512.HashData(bytes));
        _compressed = new(() => Compress(bytes));
    }

    public byte[] Bytes { get; }

    public string ContentType { get; }

    /// <summary>SHA-512 in upper-case hexadecimal digits, as upstream's entity tags are.</summary>
    public string Hash { get; }

    /// <summary>Sends the document, or says that the client has it already.</summary>
    public async Task SendAsync(ApiRequest request)
    {
        if (request.Http.Request.Method is not ("GET" or "HEAD")) throw ApiErrors.MethodNotAllowed();
        var response = request.Http.Response;
        response.Headers.ETag = $"\"{Hash}\"";
        response.Headers.Vary = "Accept";
        if (response.Headers.CacheControl.Count == 0) response.Headers.CacheControl = "public";
        foreach (var tag in request.Http.Request.Headers.IfNoneMatch.ToString().Split(',', StringSplitOptions.TrimEntries))
        {
            if (tag.Trim('"') != Hash) continue;
            response.StatusCode = 304;
            return;
        }

        var body = Bytes;
        response.ContentType = ContentType;
        if (body.Length >= WorthCompressing && request.Http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
        {
            body = _compressed.Value;
            response.Headers.ContentEncoding = "gzip";
        }

        response.ContentLength = body.Length;
        if (request.Http.Request.Method != "HEAD") await response.Body.WriteAsync(body, request.Cancel);
    }

    private static byte[] Compress(byte[] bytes)
    {
        var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest)) gzip.Write(bytes);
        return output.ToArray();
    }
}
