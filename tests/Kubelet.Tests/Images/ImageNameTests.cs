using Tiphys.Kubelet.Images;

namespace Tiphys.Kubelet.Tests.Images;

public class ImageNameTests
{
    [Theory]
    [InlineData("nginx", "docker.io/library/nginx:latest")]
    [InlineData("nginx:1.27", "docker.io/library/nginx:1.27")]
    [InlineData("user/app", "docker.io/user/app:latest")]
    [InlineData("localhost/app:1", "localhost/app:1")]
    [InlineData("registry:5000/a/b", "registry:5000/a/b:latest")]
    [InlineData("r.example/a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "r.example/a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    public void Names_are_completed(string text, string expected) => Assert.Equal(expected, ImageName.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("has space")]
    [InlineData("Upper")]
    [InlineData("a//b")]
    [InlineData("a:")]
    [InlineData("-a")]
    public void Bad_names_are_refused(string text) => Assert.Throws<FormatException>(() => ImageName.Parse(text));

    [Fact]
    public void Upper_case_is_named_as_the_fault() =>
        Assert.Equal("couldn't parse image name \"FAILED_IMAGE\": invalid reference format: repository name must be lowercase", Assert.Throws<FormatException>(() => ImageName.Parse("FAILED_IMAGE")).Message);

    [Theory]
    [InlineData(12, "12ms")]
    [InlineData(1234, "1.234s")]
    [InlineData(61000, "1m1s")]
    public void Durations_are_printed_as_go_does(int milliseconds, string expected) =>
        Assert.Equal(expected, ImageManager.Duration(TimeSpan.FromMilliseconds(milliseconds)));
}
