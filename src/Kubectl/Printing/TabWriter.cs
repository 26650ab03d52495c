using System.Text;

namespace Tiphys.Kubectl.Printing;

/// <summary>
/// Aligns text in columns: cells end with tabs, and a column is a block of adjacent lines that have a cell at the same place.
/// Behaves as Go's text/tabwriter does for spaces as padding.
/// </summary>
internal sealed class TabWriter(TextWriter output, int minWidth, int padding, bool rememberWidths = false)
{
    private readonly List<List<string>> _lines = [[]];
    private readonly StringBuilder _cell = new();
    private readonly List<int> _widths = [];
    private readonly List<int> _remembered = [];

    /// <summary>The writer of tables: at least six wide, three spaces between; widths stay from flush to flush.</summary>
    public static TabWriter ForTables(TextWriter output) => new(output, 6, 3, rememberWidths: true);

    /// <summary>The writer of descriptions: two spaces between.</summary>
    public static TabWriter ForDescriptions(TextWriter output) => new(output, 0, 2);

    public void Write(string text)
    {
        foreach (var c in text)
        {
            switch (c)
            {
                case '\t':
                case '\v':
                    EndCell();
                    break;
                case '\n':
                case '\f':
                    EndCell();
                    _lines.Add([]);

                    // A form feed ends all columns; so does a line of one cell, which shapes nothing below it.
                    if (c == '\f' || _lines[^2].Count == 1) Format(keepCell: true);
                    break;
                default:
                    _cell.Append(c);
                    break;
            }
        }
    }

    public void WriteLine(string text)
    {
        Write(text);
        Write("\n");
    }

    /// <summary>Writes what is held back; columns end here.</summary>
    public void Flush()
    {
        EndCell();
        Format(keepCell: false);
    }

    /// <summary>Starts with new widths, for a table of another kind.</summary>
    public void ForgetWidths() => _remembered.Clear();

    private void EndCell()
    {
        _lines[^1].Add(_cell.ToString());
        _cell.Clear();
    }

    private void Format(bool keepCell)
    {
        Block(0, _lines.Count);
        _lines.Clear();
        _lines.Add([]);
        if (!keepCell) _cell.Clear();
    }

    private void Block(int from, int to)
    {
        var column = _widths.Count;
        for (var line = from; line < to; line++)
        {
            if (column >= _lines[line].Count - 1) continue;
            Print(from, line);
            from = line;
            var width = minWidth;
            for (; line < to && column < _lines[line].Count - 1; line++) width = Math.Max(width, Width(_lines[line][column]) + padding);
            _widths.Add(rememberWidths ? Remembered(column, width) : width);
            Block(from, line);
            _widths.RemoveAt(column);
            from = line;
        }

        Print(from, to);
    }

    private int Remembered(int column, int width)
    {
        if (_remembered.Count == column) _remembered.Add(width);
        return _remembered[column] = Math.Max(_remembered[column], width);
    }

    private void Print(int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            var line = _lines[i];
            for (var j = 0; j < line.Count; j++)
            {
                output.Write(line[j]);
                if (j < _widths.Count)
                    for (var fill = _widths[j] - Width(line[j]); fill > 0; fill--) output.Write(' ');
            }

            // The last line of the buffer is still being written.
            if (i + 1 < _lines.Count) output.Write('\n');
        }
    }

    private static int Width(string text)
    {
        var width = 0;
        foreach (var _ in text.EnumerateRunes()) width++;
        return width;
    }
}
