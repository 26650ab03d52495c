using System.Text;
using Microsoft.AspNetCore.Http;

namespace Tiphys.ApiServer;

/// <summary>
/// The warnings of one answer. Each becomes a header at once, so that the client learns of it whatever the answer will be; the same is told
/// once, and when they grow too long together, each is cut.
/// </summary>
/// <param name="headers">Headers of the answer.</param>
public sealed class WarningHeaders(IHeaderDictionary headers)
{
    private const int MostTogether = 4 * 1024;
    private const int MostEach = 256;
    private readonly List<string> _told = [];
    private int _length;
    private bool _cutting;

    /// <summary>Warns the client.</summary>
    public void Add(string text)
    {
        if (text.Length == 0 || _told.Contains(text) || (_cutting && _length >= MostTogether)) return;
        _told.Add(text);
        if (!_cutting && _length + Length(text) > MostTogether)
        {
            // From here on all are cut, those already told included.
            _cutting = true;
            _length = 0;
            headers.Remove("Warning");
            foreach (var told in _told) Write(Cut(told));
        }
        else Write(_cutting ? Cut(text) : text);
    }

    /// <summary>Warns the client of several things.</summary>
    public void AddRange(IEnumerable<string> texts)
    {
        foreach (var text in texts) Add(text);
    }

    private static int Length(string text) => text.EnumerateRunes().Count();

    private static string Cut(string text) => Length(text) <= MostEach ? text : string.Concat(text.EnumerateRunes().Take(MostEach));

    private void Write(string text)
    {
        if (text.Any(char.IsControl)) return; // such a text cannot be in a header
        _length += Length(text);
        var quoted = new StringBuilder("299 - \"");
        foreach (var c in text) quoted.Append(c is '"' or '\\' ? "\\" : "").Append(c);
        headers.Append("Warning", quoted.Append('"').ToString());
    }
}
