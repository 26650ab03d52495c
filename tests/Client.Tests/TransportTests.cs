namespace Tiphys.Client.Tests;

public sealed class TransportTests
{
    [Fact]
    public void A_connection_whose_other_end_is_dead_is_found_out_as_upstreams_clients_do()
    {
        // HTTP/2 pings after 30 s without a frame, and 15 s for the answer; on streams that wait as well as on none.
        using var handler = new ClientConfig { Server = new("https://127.0.0.1:6443") }.CreateHandler();
        Assert.Equal(TimeSpan.FromSeconds(30), handler.KeepAlivePingDelay);
        Assert.Equal(TimeSpan.FromSeconds(15), handler.KeepAlivePingTimeout);
        Assert.Equal(HttpKeepAlivePingPolicy.Always, handler.KeepAlivePingPolicy);
    }

    [Fact]
    public void A_file_may_hold_several_keys_for_service_accounts()
    {
        using ServiceAccountKey one = ServiceAccountKey.Generate(), two = ServiceAccountKey.Generate();
        Assert.Equal([one.KeyId, two.KeyId], ServiceAccountKey.ParseAll(one.PrivatePem() + "\n" + two.PublicPem()).Select(static k => k.KeyId));
        Assert.Throws<System.Security.Cryptography.CryptographicException>(() => ServiceAccountKey.ParseAll("ahoy"));
    }
}
