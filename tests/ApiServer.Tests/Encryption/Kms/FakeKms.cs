using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Tiphys.ApiServer.Kms;
using Tiphys.Grpc.Server;

namespace Tiphys.ApiServer.Tests;

/// <summary>A KMS plugin on a Unix socket: its keys come from their ids, and it can be stopped, started and made to fail.</summary>
internal sealed class FakeKms(string socket) : IAsyncDisposable
{
    private WebApplication? _web;
    private int _encryptions;
    private int _decryptions;

    public string Endpoint => "unix://" + socket;

    public string KeyId { get; set; } = "key-1";

    public string Health { get; set; } = "ok";

    public string Version { get; set; } = "v2";

    /// <summary>The key that is said to have encrypted; null for the current one.</summary>
    public string? OtherKeyId { get; set; }

    public Dictionary<string, string> Annotations { get; } = new() { ["version.kms.example"] = "1" };

    public int Encryptions => _encryptions;

    public int Decryptions => _decryptions;

    public async Task<FakeKms> StartAsync()
    {
        var methods = new GrpcMethods()
            .Unary("/v2.KeyManagementService/Status", StatusRequest.Parser, (_, _) => ValueTask.FromResult(new StatusResponse { Version = Version, Healthz = Health, KeyId = KeyId }))
            .Unary("/v2.KeyManagementService/Encrypt", EncryptRequest.Parser, (request, _) =>
            {
                Interlocked.Increment(ref _encryptions);
                var reply = new EncryptResponse { Ciphertext = ByteString.CopyFrom(Encrypt(request.Plaintext.Span, KeyId)), KeyId = OtherKeyId ?? KeyId };
                foreach (var (name, value) in Annotations) reply.Annotations.Add(name, ByteString.CopyFromUtf8(value));
                return ValueTask.FromResult(reply);
            })
            .Unary("/v2.KeyManagementService/Decrypt", DecryptRequest.Parser, (request, _) =>
            {
                Interlocked.Increment(ref _decryptions);
                Assert.Equal(Annotations.Keys, request.Annotations.Keys);
                var plain = Cipher(request.KeyId).Decrypt(request.Ciphertext.Span, "kms"u8);
                return ValueTask.FromResult(new DecryptResponse { Plaintext = ByteString.CopyFrom(plain) });
            });
        var dispatcher = new GrpcDispatcher(methods, new GrpcServerOptions(), NullLogger.Instance);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        File.Delete(socket);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(socket, static listen => listen.Protocols = HttpProtocols.Http2));
        _web = builder.Build();
        _web.Run(dispatcher.HandleAsync);
        await _web.StartAsync();
        return this;
    }

    public async Task StopAsync()
    {
        using var now = new CancellationTokenSource(0);
        await _web!.StopAsync(now.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _web.DisposeAsync();
        _web = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_web is not null) await StopAsync();
    }

    /// <summary>What the plugin makes of a data key.</summary>
    public static byte[] Encrypt(ReadOnlySpan<byte> plain, string keyId) => Cipher(keyId).Encrypt(plain, "kms"u8);

    private static AesGcmCipher Cipher(string keyId) => new(SHA256.HashData(Encoding.UTF8.GetBytes(keyId)));
}
