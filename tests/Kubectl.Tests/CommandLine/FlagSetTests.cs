using Tiphys.Kubectl.CommandLine;

namespace Tiphys.Kubectl.Tests.CommandLine;

public sealed class FlagSetTests
{
    private readonly FlagSet _flags = new();
    private readonly Flag<string> _output;
    private readonly Flag<bool> _stdin;
    private readonly Flag<bool> _tty;
    private readonly Flag<long> _tail;
    private readonly ListFlag _files;

    public FlagSetTests()
    {
        _output = _flags.String("output", 'o', "", "");
        _stdin = _flags.Bool("stdin", 'i', false, "");
        _tty = _flags.Bool("tty", 't', false, "");
        _tail = _flags.Int("tail", null, -1, "");
        _files = _flags.Slice("filename", 'f', "");
    }

    [Theory]
    [InlineData("-ojson")]
    [InlineData("-o=json")]
    [InlineData("-o json")]
    [InlineData("--output json")]
    [InlineData("--output=json")]
    public void A_value_may_be_given_in_every_form(string line)
    {
        var parsed = _flags.Parse(["pods", .. line.Split(' '), "web"]);
        Assert.Equal("json", _output.Value);
        Assert.Equal(["pods", "web"], parsed.Arguments);
    }

    [Fact]
    public void Short_flags_may_be_joined_and_a_dash_ends_flags()
    {
        var parsed = _flags.Parse(["-it", "web", "--", "ls", "-l"]);
        Assert.True(_stdin.Value && _tty.Value);
        Assert.Equal(["web", "ls", "-l"], parsed.Arguments);
        Assert.Equal(1, parsed.BeforeDash);
    }

    [Fact]
    public void Lists_take_commas_and_repetition()
    {
        _flags.Parse(["-f", "a,b", "--filename=c"]);
        Assert.Equal(["a", "b", "c"], _files.Value);
    }

    [Theory]
    [InlineData("--nope", "unknown flag: --nope")]
    [InlineData("-x", "unknown shorthand flag: 'x' in -x")]
    [InlineData("-ix", "unknown shorthand flag: 'x' in -x")]
    [InlineData("-o", "flag needs an argument: 'o' in -o")]
    [InlineData("--output", "flag needs an argument: --output")]
    [InlineData("--tail=x", "invalid argument \"x\" for \"--tail\" flag: strconv.ParseInt: parsing \"x\": invalid syntax")]
    [InlineData("-i=x", "invalid argument \"x\" for \"-i, --stdin\" flag: strconv.ParseBool: parsing \"x\": invalid syntax")]
    public void Wrong_flags_are_refused_in_upstreams_words(string argument, string error) => Assert.Equal(error, Assert.Throws<FlagException>(() => _flags.Parse([argument])).Message);

    [Fact]
    public void Negative_numbers_are_values()
    {
        _flags.Parse(["--tail", "-5"]);
        Assert.Equal(-5, _tail.Value);
    }
}
