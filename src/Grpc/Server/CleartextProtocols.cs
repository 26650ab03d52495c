using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Tiphys.Grpc.Server;

/// <summary>HTTP/2 and HTTP/1.1 on one port without TLS, which has nothing to agree on a protocol with.</summary>
public static class CleartextProtocols
{
    private static ReadOnlySpan<byte> Preface => "PRI "u8;

    /// <summary>
    /// Serves HTTP/2 to callers that begin with it (h2c with prior knowledge, as gRPC clients do) and HTTP/1.1 to others.
    /// </summary>
    public static ListenOptions UseHttp1AndHttp2WithoutTls(this ListenOptions listen)
    {
        ArgumentNullException.ThrowIfNull(listen);
        // Kestrel takes HTTP/2 only from what looks like TLS, and then expects that requests say "https".
        listen.KestrelServerOptions.AllowAlternateSchemes = true;
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.Use(static next => async connection =>
        {
            bool http2;
            try
            {
                http2 = await BeginsWithPrefaceAsync(connection);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                return; // gone before it said anything
            }
            if (http2)
            {
                var features = new AgreedOnHttp2();
                connection.Features.Set<ITlsConnectionFeature>(features);
                connection.Features.Set<ITlsApplicationProtocolFeature>(features);
            }
            await next(connection);
        });
        return listen;
    }

    private static async ValueTask<bool> BeginsWithPrefaceAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        while (true)
        {
            var read = await input.ReadAsync(connection.ConnectionClosed);
            var buffer = read.Buffer;
            var length = (int)Math.Min(buffer.Length, Preface.Length);
            var begins = Preface.StartsWith(buffer.Slice(0, length).ToArray());
            var decided = !begins || length == Preface.Length || read.IsCompleted || read.IsCanceled;
            // What is not marked as looked at is handed out again at once.
            input.AdvanceTo(buffer.Start, decided ? buffer.Start : buffer.End);
            if (decided) return begins && length == Preface.Length;
        }
    }

    private sealed class AgreedOnHttp2 : ITlsConnectionFeature, ITlsApplicationProtocolFeature
    {
        private static readonly byte[] Http2 = "h2"u8.ToArray();

        public ReadOnlyMemory<byte> ApplicationProtocol => Http2;

        public X509Certificate2? ClientCertificate { get; set; }

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult<X509Certificate2?>(null);
    }
}
