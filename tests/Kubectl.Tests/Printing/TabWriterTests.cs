using Tiphys.Kubectl.Printing;

namespace Tiphys.Kubectl.Tests.Printing;

public sealed class TabWriterTests
{
    [Fact]
    public void Columns_are_as_wide_as_their_widest_cell()
    {
        var output = new StringWriter { NewLine = "\n" };
        var table = TabWriter.ForTables(output);
        table.WriteLine("NAME\tREADY\tAGE");
        table.WriteLine("a-long-name\t1/1\t5s");
        table.Flush();
        Assert.Equal("NAME          READY   AGE\na-long-name   1/1     5s\n", output.ToString());
    }

    [Fact]
    public void A_column_ends_where_a_line_lacks_its_cell()
    {
        var output = new StringWriter { NewLine = "\n" };
        var table = TabWriter.ForDescriptions(output);
        table.Write("Name:\tx\nLabels:\ta=b\n\tc=d\nContainers:\n  c:\n    Image:\tnginx\n");
        table.Flush();
        Assert.Equal("Name:    x\nLabels:  a=b\n         c=d\nContainers:\n  c:\n    Image:  nginx\n", output.ToString());
    }

    [Fact]
    public void Widths_are_remembered_from_flush_to_flush()
    {
        var output = new StringWriter { NewLine = "\n" };
        var table = TabWriter.ForTables(output);
        table.WriteLine("a-long-name\tx");
        table.Flush();
        table.WriteLine("b\ty");
        table.Flush();
        Assert.Equal("a-long-name   x\nb             y\n", output.ToString());
    }
}
