using System.Net;
using Tiphys.Dns.Wire;

namespace Tiphys.Dns.Tests;

public sealed class WireTests
{
    [Theory]
    [InlineData("example.com", "example.com.")]
    [InlineData("example.com.", "example.com.")]
    [InlineData(".", ".")]
    [InlineData("a\\.b.c", "a\\.b.c.")]
    [InlineData("a\\000b.c", "a\\000b.c.")]
    public void Names_are_read_and_written(string text, string canonical) => Assert.Equal(canonical, DnsName.Parse(text).ToString());

    [Theory]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("a\\")]
    [InlineData("a\\999")]
    [InlineData("ä.de")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b")]
    public void Bad_names_are_refused(string text) => Assert.False(DnsName.TryParse(text, out _));

    [Fact]
    public void A_name_has_a_greatest_length()
    {
        var label = new string('a', 49);
        var name = string.Join('.', Enumerable.Repeat(label, 5));
        Assert.True(DnsName.TryParse(name + ".abc", out var longest));
        Assert.Equal(255, longest.Wire.Length);
        Assert.False(DnsName.TryParse(name + ".abcd", out _));
        Assert.Throws<FormatException>(() => DnsName.Join("x", longest));
    }

    [Fact]
    public void Case_does_not_count_but_everything_else_does()
    {
        Assert.Equal(DnsName.Parse("EXAMPLE.com"), DnsName.Parse("example.COM"));
        Assert.Equal(DnsName.Parse("EXAMPLE.com").GetHashCode(), DnsName.Parse("example.COM").GetHashCode());
        Assert.NotEqual(DnsName.Parse("a[b"), DnsName.Parse("a{b"));
        Assert.Equal(DnsName.Parse("\\200x"), DnsName.Parse("\\200X"));
        Assert.NotEqual(DnsName.Parse("\\200"), DnsName.Parse("\\232"));
    }

    [Fact]
    public void Being_within_goes_by_labels()
    {
        var parent = DnsName.Parse("cluster.local");
        Assert.True(DnsName.Parse("a.Cluster.local").IsWithin(parent));
        Assert.True(parent.IsWithin(parent));
        Assert.False(DnsName.Parse("acluster.local").IsWithin(parent));
        Assert.False(DnsName.Parse("local").IsWithin(parent));
        Assert.True(parent.IsWithin(DnsName.Root));
        Assert.Equal(["x", "y"], DnsName.Parse("X.y.cluster.local").LabelsBelow(parent));
    }

    [Fact]
    public void A_query_is_read_with_its_edns()
    {
        var message = DnsQuery.Build(0x1234, TestCluster.Question("a.b", DnsType.SRV), 1400);
        var query = DnsQuery.Parse(message, out var error);
        Assert.Null(error);
        Assert.Equal((ushort)0x1234, query!.Id);
        Assert.True(query.RecursionDesired);
        Assert.Equal(TestCluster.Question("a.b", DnsType.SRV), query.Question);
        Assert.Equal(new EdnsInfo(1400, 0, false), query.Edns);
    }

    [Fact]
    public void Nothing_malformed_is_read_or_throws()
    {
        var message = DnsQuery.Build(1, TestCluster.Question("name.example", DnsType.A), 1400);
        for (var length = 0; length < message.Length; length++)
        {
            Assert.Null(DnsQuery.Parse(message.AsSpan(0, length), out var error));
            Assert.Equal(length < 12 ? null : DnsRcode.FormatError, error);
        }
        var random = new Random(1);
        for (var i = 0; i < 200_000; i++)
        {
            var bytes = message.ToArray();
            for (var n = random.Next(1, 6); n > 0; n--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            DnsQuery.Parse(bytes, out _);
            DnsMessageScanner.Scan(bytes);
            DnsMessageScanner.ReadAnswers(bytes);
            DnsMessageScanner.Answers(bytes, 1, TestCluster.Question("name.example", DnsType.A));
        }
    }

    [Fact]
    public void Compression_cannot_loop()
    {
        byte[] header = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        Assert.Null(DnsQuery.Parse([.. header, 0xc0, 12, 0, 1, 0, 1], out _));
        Assert.Null(DnsQuery.Parse([.. header, 1, (byte)'a', 0xc0, 12, 0, 1, 0, 1], out _));
        Assert.Null(DnsQuery.Parse([.. header, 0xc0, 14, 0, 1, 0, 1], out _));
        Assert.Null(DnsQuery.Parse([.. header, 0x80, 1, 0, 0, 1, 0, 1], out _));
    }

    [Fact]
    public void Responses_are_dropped_and_other_operations_refused()
    {
        var message = DnsQuery.Build(1, TestCluster.Question("a", DnsType.A), 1400);
        message[2] |= 0x80;
        Assert.Null(DnsQuery.Parse(message, out var error));
        Assert.Null(error);
        message[2] = 0x20;
        Assert.Null(DnsQuery.Parse(message, out error));
        Assert.Equal(DnsRcode.NotImplemented, error);
    }

    [Fact]
    public void A_response_is_compressed_and_read_back()
    {
        var query = DnsQuery.Parse(DnsQuery.Build(7, TestCluster.Question("Db.default.svc.cluster.local", DnsType.A), 1400), out _)!;
        var name = query.Question.Name;
        var response = DnsResponseWriter.Write(
            query,
            new DnsResponse(DnsRcode.NoError)
            {
                Authoritative = true,
                Answers =
                [
                    new NameRecord(name, 5, DnsType.CNAME, DnsName.Parse("x.default.svc.cluster.local")),
                    new AddressRecord(DnsName.Parse("x.default.svc.cluster.local"), 9, IPAddress.Parse("10.0.0.1")),
                    new AddressRecord(DnsName.Parse("x.default.svc.cluster.local"), 9, IPAddress.Parse("10.0.0.2")),
                ],
            },
            1400, 1232);
        Assert.True(DnsMessageScanner.Answers(response, 7, query.Question));
        Assert.Equal(
            ["Db.default.svc.cluster.local. CNAME x.default.svc.cluster.local.",
             "x.default.svc.cluster.local. A 10.0.0.1", "x.default.svc.cluster.local. A 10.0.0.2"],
            DnsMessageScanner.ReadAnswers(response)!.Select(TestCluster.Describe));
        var info = DnsMessageScanner.Scan(response)!;
        Assert.Equal((DnsRcode.NoError, false, 5u, 3), (info.Rcode, info.Truncated, info.MinTtl, info.AnswerCount));
        // Header, question, alias with pointers on both sides, two addresses with pointers, and the OPT record.
        Assert.Equal(12 + 34 + (12 + 4) + 16 + 16 + 11, response.Length);
    }

    [Fact]
    public void A_name_that_repeats_itself_does_not_point_to_itself()
    {
        var question = TestCluster.Question("a.a.a.a", DnsType.NS);
        var query = DnsQuery.Parse(DnsQuery.Build(7, question, 512), out _)!;
        var response = DnsResponseWriter.Write(
            query, new DnsResponse(DnsRcode.NoError) { Answers = [new NameRecord(question.Name, 1, DnsType.CNAME, DnsName.Parse("b.b.a.a"))] }, 512, 1232);
        Assert.Equal("a.a.a.a. CNAME b.b.a.a.", TestCluster.Describe(DnsMessageScanner.ReadAnswers(response)!.Single()));
    }

    [Fact]
    public void What_does_not_fit_is_left_out_and_said_so()
    {
        var query = DnsQuery.Parse(DnsQuery.Build(7, TestCluster.Question("db.default.svc.cluster.local", DnsType.A), 1400), out _)!;
        var answers = Enumerable.Range(0, 3000).Select(i => new AddressRecord(query.Question.Name, 5, new IPAddress([10, 0, (byte)(i >> 8), (byte)i]))).ToArray();
        foreach (var size in new[] { 512, 513, 1232, 4096, 65535 })
        {
            var response = DnsResponseWriter.Write(query, new DnsResponse(DnsRcode.NoError) { Answers = answers }, size, 1232);
            Assert.True(response.Length <= size);
            var info = DnsMessageScanner.Scan(response)!;
            Assert.Equal(size < 65535, info.Truncated);
            Assert.Equal(Math.Min(3000, (size - 12 - 34 - 11) / 16), info.AnswerCount);
        }
    }

    [Fact]
    public void An_extended_outcome_is_told_in_the_opt_record()
    {
        var query = DnsQuery.Parse(DnsQuery.Build(7, TestCluster.Question("a", DnsType.A), 1400), out _)!;
        var response = DnsResponseWriter.Write(query, new DnsResponse(DnsRcode.BadVersion), 512, 1232);
        Assert.Equal(DnsRcode.BadVersion, DnsMessageScanner.Scan(response)!.Rcode);
    }
}
