using Tiphys.Commands;

namespace Tiphys.Tests.Commands;

public class FlagErrorsTests
{
    [Theory]
    [InlineData("--secure-port=abc", "invalid argument \"abc\" for \"--secure-port\" flag: strconv.ParseInt: parsing \"abc\": invalid syntax")]
    [InlineData("--secure-port=99999999999", "invalid argument \"99999999999\" for \"--secure-port\" flag: strconv.ParseInt: parsing \"99999999999\": value out of range")]
    [InlineData("--service-cluster-ip-range=foo", "invalid argument \"foo\" for \"--service-cluster-ip-range\" flag: must be a network such as 10.0.0.0/16")]
    [InlineData("--bind-address=here", "invalid argument \"here\" for \"--bind-address\" flag: must be an IP address")]
    [InlineData("--endpoint-reconciler-type=some", "invalid argument \"some\" for \"--endpoint-reconciler-type\" flag: must be one of master-count, lease, none")]
    [InlineData("--secure-port", "flag needs an argument: --secure-port")]
    [InlineData("--sails=3", "unknown flag: --sails")]
    [InlineData("-x", "unknown shorthand flag: 'x' in -x")]
    [InlineData("ashore", "unknown command \"ashore\"")]
    [InlineData("--disable=sails", "--disable: there is no part \"sails\"; use agent, controller-manager, scheduler, proxy, dns")]
    [InlineData("--secure-port=6443", null)]
    public void A_mistake_is_one_sentence_in_upstreams_words(string argument, string? expected) =>
        Assert.Equal(expected, FlagErrors.Sentence(ServerCommand.Create().Parse([argument])));

    [Fact]
    public void The_pointer_names_the_command() => Assert.Equal("see `server --help`.", FlagErrors.Pointer(ServerCommand.Create().Parse([])));
}
