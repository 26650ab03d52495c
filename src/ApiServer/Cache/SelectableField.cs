namespace Tiphys.ApiServer;

/// <summary>A field that field selectors may ask for.</summary>
/// <param name="Label">Name in selectors, for example <c>spec.nodeName</c>.</param>
/// <param name="Path">JSON path of the value, at most two names deep, for example <c>source.component</c>.</param>
/// <param name="Missing">The value of an object that does not have the field.</param>
public sealed record SelectableField(string Label, string Path, string Missing = "")
{
    /// <summary>A field whose selector name is its path.</summary>
    public SelectableField(string path) : this(path, path) { }

    internal byte[][] Parts { get; } = [.. Path.Split('.').Select(System.Text.Encoding.UTF8.GetBytes)];
}
