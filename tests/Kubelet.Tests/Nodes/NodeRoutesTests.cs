using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Kubelet.Nodes;

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
}
