using System.Net;
using System.Net.Sockets;
using Tiphys.Server;

namespace Tiphys.Tests.Server;

public class PortCheckTests
{
    [Theory]
    [InlineData(SocketType.Dgram, ProtocolType.Udp)]
    [InlineData(SocketType.Stream, ProtocolType.Tcp)]
    public void A_taken_port_is_replaced_by_a_free_one(SocketType type, ProtocolType protocol)
    {
        using var other = new Socket(AddressFamily.InterNetwork, type, protocol);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        if (type == SocketType.Stream) other.Listen(1);
        var taken = ((IPEndPoint)other.LocalEndPoint!).Port;
        var free = PortCheck.FreeOr(IPAddress.Loopback, taken);
        Assert.NotEqual(taken, free);
        Assert.Equal(free, PortCheck.FreeOr(IPAddress.Loopback, free));
    }

    [Fact]
    public void Whoever_cannot_be_moved_says_what_to_do()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen(1);
        var taken = ((IPEndPoint)other.LocalEndPoint!).Port;
        Assert.Equal(
            $"port {taken} on 127.0.0.1 is taken by another program; stop it, or choose another port with --secure-port.",
            Assert.Throws<StartException>(() => PortCheck.Free(IPAddress.Loopback, taken, "--secure-port")).Message);
        Assert.Equal(
            $"port {taken} on 127.0.0.1 is taken by another program; the kubelet needs it, so stop that program first (another cluster on this machine?).",
            Assert.Throws<StartException>(() => PortCheck.Free(IPAddress.Loopback, taken)).Message);
    }
}
