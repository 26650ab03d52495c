namespace Tiphys.ApiServer;

/// <summary>Names for objects created with generateName.</summary>
internal static class NameGenerator
{
    private const int SuffixLength = 5;
    private const int LongestBase = 63 - SuffixLength;

    /// <summary>No vowels and no digits that look like letters: no words come out.</summary>
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    public static string Next(string prefix) =>
        string.Concat(prefix.Length > LongestBase ? prefix.AsSpan(0, LongestBase) : prefix, Random.Shared.GetString(Alphabet, SuffixLength));
}

file static class RandomExtensions
{
    public static string GetString(this Random random, string alphabet, int length)
    {
        Span<char> text = stackalloc char[length];
        random.GetItems(alphabet.AsSpan(), text);
        return new string(text);
    }
}
