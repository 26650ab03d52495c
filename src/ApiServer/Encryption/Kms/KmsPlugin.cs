using System.Net.Sockets;
using Google.Protobuf;
using Tiphys.Grpc;

namespace Tiphys.ApiServer.Kms;

/// <summary>The calls of a KMS plugin, which keeps the keys that data keys are encrypted with, over its Unix socket.</summary>
internal sealed class KmsPlugin(KmsSettings settings, TimeProvider time) : IDisposable
{
    private const string Service = "/v2.KeyManagementService/";
    private static readonly TimeSpan BetweenConnections = TimeSpan.FromMilliseconds(100);

    private readonly GrpcChannel _channel = new(new UnixDomainSocketEndPoint(settings.SocketPath));

    /// <summary>How the plugin is, and which key it encrypts with.</summary>
    /// <exception cref="GrpcException">The plugin cannot be reached, or says no.</exception>
    public Task<StatusResponse> StatusAsync(CancellationToken cancel) => CallAsync("Status", new StatusRequest(), StatusResponse.Parser, cancel);

    /// <summary>Encrypts a data key.</summary>
    /// <exception cref="GrpcException">The plugin cannot be reached, or says no.</exception>
    public Task<EncryptResponse> EncryptAsync(byte[] plaintext, string uid, CancellationToken cancel) =>
        CallAsync("Encrypt", new EncryptRequest { Plaintext = UnsafeByteOperations.UnsafeWrap(plaintext), Uid = uid }, EncryptResponse.Parser, cancel);

    /// <summary>Decrypts the data key of something stored.</summary>
    /// <exception cref="GrpcException">The plugin cannot be reached, or says no.</exception>
    public async Task<byte[]> DecryptAsync(EncryptedObject stored, string uid, CancellationToken cancel)
    {
        var request = new DecryptRequest { Ciphertext = stored.EncryptedDEKSource, KeyId = stored.KeyID, Uid = uid };
        request.Annotations.Add(stored.Annotations);
        return (await CallAsync("Decrypt", request, DecryptResponse.Parser, cancel)).Plaintext.ToByteArray();
    }

    public void Dispose() => _channel.Dispose();

    // A plugin may start after the server, and be restarted beside it: a call waits for it as long as it may take anyway.
    private async Task<TReply> CallAsync<TReply>(string method, IMessage request, MessageParser<TReply> parser, CancellationToken cancel)
        where TReply : IMessage<TReply>
    {
        using var limit = new CancellationTokenSource(settings.Timeout, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        string? away = null;
        while (true)
        {
            try
            {
                // Its limit would be the channel's own, by the system's clock: this one is the only one.
                return await _channel.UnaryAsync(Service + method, request, parser, timeout: null, deadline.Token);
            }
            catch (GrpcException e) when (e is { Code: GrpcStatusCode.Unavailable, NeverSent: true })
            {
                away = e.Detail;
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw Overdue(away);
            }

            await Task.Delay(BetweenConnections, time, deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancel.ThrowIfCancellationRequested();
            if (deadline.IsCancellationRequested) throw Overdue(away);
        }
    }

    private static GrpcException Overdue(string? away) =>
        new(GrpcStatusCode.DeadlineExceeded, away is null ? "context deadline exceeded" : $"context deadline exceeded while waiting for connections to become ready: {away}");
}
