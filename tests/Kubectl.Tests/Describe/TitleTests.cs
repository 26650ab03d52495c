using Tiphys.Kubectl.Describe;

namespace Tiphys.Kubectl.Tests.Describe;

public sealed class TitleTests
{
    [Theory]
    [InlineData("spec", "Spec")]
    [InlineData("creationTimestamp", "Creation Timestamp")]
    [InlineData("uid", "UID")]
    [InlineData("apiVersion", "API Version")]
    [InlineData("clusterIP", "Cluster IP")]
    [InlineData("some-key", "Some - Key")]
    [InlineData("a.b/c", "a.b/c")]
    public void Fields_become_titles(string field, string title) => Assert.Equal(title, GenericDescriber.Title(field));
}
