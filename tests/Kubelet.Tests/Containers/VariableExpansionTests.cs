using Tiphys.Kubelet.Containers;

namespace Tiphys.Kubelet.Tests.Containers;

public class VariableExpansionTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("$(A)", "1")]
    [InlineData("x$(A)y$(B)z", "x1y2z")]
    [InlineData("$$(A)", "$(A)")]
    [InlineData("$$$(A)", "$1")]
    [InlineData("$(NONE)", "$(NONE)")]
    [InlineData("$(A", "$(A")]
    [InlineData("$", "$")]
    [InlineData("$A", "$A")]
    [InlineData("$()", "$()")]
    [InlineData("a$", "a$")]
    public void References_are_replaced(string text, string expected)
    {
        var values = new Dictionary<string, string> { ["A"] = "1", ["B"] = "2" };
        Assert.Equal(expected, VariableExpansion.Expand(text, values.GetValueOrDefault));
    }
}
