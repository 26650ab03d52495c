namespace Tiphys.Api.Tests;

/// <summary>Texts of selectors: what they mean, and what is said of those that mean nothing.</summary>
public sealed class SelectorTextTests
{
    [Theory]
    [InlineData("a in (b", "unable to parse requirement: found '', expected: ',' or ')'")]
    [InlineData("a=b=c", "found '=', expected: ',' or 'end of string'")]
    [InlineData("!", "unable to parse requirement: found '', expected: identifier")]
    [InlineData("=b", "found '=', expected: !, identifier, or 'end of string'")]
    [InlineData("a===b", "unable to parse requirement: found '=', expected: identifier")]
    [InlineData("a in b", "unable to parse requirement: found 'b' expected: '('")]
    [InlineData("a in (", "unable to parse requirement: found '', expected: ',', ')' or identifier")]
    [InlineData("a in", "unable to parse requirement: found '' expected: '('")]
    [InlineData("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt")]
    [InlineData("a,", "found '', expected: identifier after ','")]
    [InlineData("a,,b", "found ',', expected: identifier after ','")]
    [InlineData(",", "found ',', expected: !, identifier, or 'end of string'")]
    [InlineData("!a=b", "found '=', expected: ',' or 'end of string'")]
    [InlineData("!!a", "unable to parse requirement: found '!', expected: identifier")]
    [InlineData("a>b", "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the value must be an integer")]
    [InlineData("a>-b", "unable to parse requirement: [values[0]: Invalid value: \"-b\": for 'Gt', 'Lt' operators, the value must be an integer, values[0][a]: Invalid value: \"-b\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')]")]
    [InlineData("-a=b", "unable to parse requirement: <nil>: Invalid value: \"-a\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')")]
    [InlineData("a=-b", "unable to parse requirement: values[0][a]: Invalid value: \"-b\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')")]
    [InlineData("a in (c,-b,x y)", "unable to parse requirement: found 'y', expected: ',' or ')'")]
    [InlineData("a in (-b,c,+d)", "unable to parse requirement: [values[0][a]: Invalid value: \"+d\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?'), values[1][a]: Invalid value: \"-b\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')]")]
    [InlineData("(a)", "found '(', expected: !, identifier, or 'end of string'")]
    [InlineData("a)", "unable to parse requirement: found ')', expected: in, notin, =, ==, !=, gt, lt")]
    [InlineData("a in (b))", "found ')', expected: ',' or 'end of string'")]
    [InlineData("a!b", "unable to parse requirement: found '!', expected: in, notin, =, ==, !=, gt, lt")]
    [InlineData("a=!b", "unable to parse requirement: found '!', expected: identifier")]
    [InlineData("a/b/c=d", "unable to parse requirement: <nil>: Invalid value: \"a/b/c\": a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')")]
    [InlineData("A/b=c", "unable to parse requirement: <nil>: Invalid value: \"A/b\": prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')")]
    [InlineData("a=\"b\"", "unable to parse requirement: values[0][a]: Invalid value: \"\\\"b\\\"\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')")]
    public void Label_selectors_that_make_no_sense_are_told_as_upstream_tells_them(string text, string why) =>
        Assert.Equal(why, Assert.Throws<FormatException>(() => LabelQuery.Parse(text)).Message);

    [Theory]
    [InlineData("", "")]
    [InlineData(" a = b ,c", "a=b,c")]
    [InlineData("a==b", "a=b")]
    [InlineData("a=", "a=")]
    [InlineData("a=,b", "a=,b")]
    [InlineData("a in()", "a in ()")]
    [InlineData("a in (,c,b,c)", "a in (,b,c)")]
    [InlineData("in in (in)", "in in (in)")]
    [InlineData("a notin (b,)", "a notin (,b)")]
    [InlineData("! a", "!a")]
    [InlineData("a > 5", "a>5")]
    public void Label_selectors_are_read_as_upstream_reads_them(string text, string meaning) => Assert.Equal(meaning, LabelQuery.Parse(text).ToString());

    [Theory]
    [InlineData("foo", "invalid selector: 'foo'; can't understand 'foo'")]
    [InlineData("metadata.name=a=b", "invalid field selector: unescaped character in value: 61")]
    [InlineData("metadata.name=a\\", "invalid field selector: invalid escape sequence: \\")]
    [InlineData("metadata.name=a\\x", "invalid field selector: invalid escape sequence: \\x")]
    [InlineData("z,y", "invalid selector: 'z,y'; can't understand 'y'")]
    public void Field_selectors_that_make_no_sense_are_told_as_upstream_tells_them(string text, string why) =>
        Assert.Equal(why, Assert.Throws<FormatException>(() => FieldQuery.Parse(text)).Message);

    [Fact]
    public void Escapes_in_field_selectors_are_taken_out() =>
        Assert.Equal([new FieldRequirement("x", "a,b=c\\d", true), new FieldRequirement("y", "", false)], FieldQuery.Parse("x!=a\\,b\\=c\\\\d,y==,").Requirements);
}
