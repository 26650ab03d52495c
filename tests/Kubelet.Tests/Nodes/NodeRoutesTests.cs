using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Kubelet.Nodes;
using Tiphys.Kubelet.Tests.Harness;

namespace Tiphys.Kubelet.Tests.Nodes;

public class NodeRoutesTests
{
    [Fact]
    public void Each_range_goes_through_its_nodes_address_of_the_same_family()
    {
        var node = new Tiphys.Api.Core.V1.Node
        {
            Metadata = new ObjectMeta { Name = "n" },
            Spec = new NodeSpec { PodCIDRs = ["10.42.1.0/24", "fd00:1::/64"] },
            Status = new NodeStatus { Addresses = [new NodeAddress { Type = "InternalIP", Address = "192.0.2.1" }, new NodeAddress { Type = "InternalIP", Address = "2001:db8::1" }] },
        };
        Assert.Equal([("10.42.1.0/24", "192.0.2.1"), ("fd00:1::/64", "2001:db8::1")], NodeRoutes.Routes([node]).Order());
    }

    [Fact]
    public void Routes_are_read_as_they_are_printed() => Assert.Equal(
        [("10.42.1.0/24", "192.0.2.1"), ("10.42.2.0/32", "192.0.2.2")],
        NodeRoutes.ParseRoutes("10.42.1.0/24 via 192.0.2.1 dev eth0 \n10.42.2.0 via 192.0.2.2 dev eth0\n10.0.0.0/8 dev x\n").Order());

    [Fact]
    public async Task Routes_come_and_go_with_nodes()
    {
        if (!IsolatedProcess.IsIsolated) Assert.Skip("needs root");
        await ShellAsync("ip link add r0 type veth peer name r1 && ip addr add 198.51.100.1/24 dev r0 && ip link set r0 up && ip link set r1 up");
        using var api = new FakeApi();
        api.Create(Node("self", "10.50.0.0/24", "198.51.100.1"));
        api.Create(Node("other", "10.50.1.0/24", "198.51.100.2"));
        using var stop = new CancellationTokenSource();
        var running = NodeRoutes.RunAsync("self", api.Client, TimeProvider.System, NullLoggerFactory.Instance, stop.Token);
        await RoutesAsync("10.50.1.0/24 via 198.51.100.2 dev r0");
        api.Create(Node("third", "10.50.2.0/24", "198.51.100.3"));
        api.Delete<Tiphys.Api.Core.V1.Node>("", "other");
        await RoutesAsync("10.50.2.0/24 via 198.51.100.3 dev r0");
        await stop.CancelAsync();
        await running;
        await ShellAsync("ip link del r0");

        static Task RoutesAsync(string expected) => Patience.ForAsync(() => ShellAsync("ip route show proto 84"), routes => routes == expected, expected);
    }

    [Fact]
    public async Task Nodes_behind_a_router_are_reached_through_the_overlay()
    {
        if (!IsolatedProcess.IsIsolated) Assert.Skip("needs root");
        await ShellAsync("ip link add o0 type veth peer name o1 && ip addr add 198.51.101.1/24 dev o0 && ip link set o0 up && ip link set o1 up && ip route add 203.0.113.0/24 via 198.51.101.254");
        using var api = new FakeApi();
        api.Create(Node("self", "10.51.0.0/24", "198.51.101.1"));
        api.Create(Node("far", "10.51.1.0/24", "203.0.113.9"));
        api.Create(Node("near", "10.51.2.0/24", "198.51.101.7"));
        using var stop = new CancellationTokenSource();
        var running = NodeRoutes.RunAsync("self", api.Client, TimeProvider.System, NullLoggerFactory.Instance, stop.Token);
        await UntilAsync("ip route show proto 84", "10.51.1.0/24 via 10.51.1.0 dev tiphys.vxlan onlink \n10.51.2.0/24 via 198.51.101.7 dev o0");
        Assert.Contains("0a:54:cb:00:71:09 dst 203.0.113.9", await ShellAsync("bridge fdb show dev tiphys.vxlan"), StringComparison.Ordinal);
        Assert.Contains("10.51.1.0 lladdr 0a:54:cb:00:71:09", await ShellAsync("ip neigh show dev tiphys.vxlan"), StringComparison.Ordinal);
        var link = await ShellAsync("ip -d link show tiphys.vxlan");
        Assert.Contains("mtu 1450", link, StringComparison.Ordinal);
        Assert.Contains("0a:54:c6:33:65:01", link, StringComparison.Ordinal);

        // The node comes back with another address, as machines of clouds do.
        api.Delete<Tiphys.Api.Core.V1.Node>("", "far");
        await UntilAsync("ip route show proto 84", "10.51.2.0/24 via 198.51.101.7 dev o0");
        api.Create(Node("far", "10.51.1.0/24", "203.0.113.10"));
        await UntilAsync("bridge fdb show dev tiphys.vxlan | grep 203", "0a:54:cb:00:71:0a dst 203.0.113.10 self permanent");
        await stop.CancelAsync();
        await running;
        await ShellAsync("ip link del o0; ip link del tiphys.vxlan");

        static Task UntilAsync(string command, string expected) => Patience.ForAsync(
            () => ShellAsync(command), output => output.Replace(" \n", "\n", StringComparison.Ordinal) == expected.Replace(" \n", "\n", StringComparison.Ordinal), expected);
    }

    private static Tiphys.Api.Core.V1.Node Node(string name, string range, string address) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new NodeSpec { PodCIDRs = [range] },
        Status = new NodeStatus { Addresses = [new NodeAddress { Type = "InternalIP", Address = address }] },
    };

    private static async Task<string> ShellAsync(string command)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", command]) { RedirectStandardOutput = true })!;
        var output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        return output.Trim();
    }
}
