using System.Text;

namespace Tiphys.Kubelet.Containers;

/// <summary>Replaces <c>$(NAME)</c> in commands, arguments and values. <c>$$</c> stands for one dollar sign; unknown names stay as they are.</summary>
internal static class VariableExpansion
{
    public static string Expand(string text, Func<string, string?> lookup)
    {
        if (!text.Contains('$')) return text;
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '$' || i + 1 == text.Length)
            {
                result.Append(text[i]);
                continue;
            }
            i++;
            if (text[i] == '$')
            {
                result.Append('$');
            }
            else if (text[i] == '(' && text.IndexOf(')', i) is > 0 and var end)
            {
                var name = text[(i + 1)..end];
                result.Append(lookup(name) ?? $"$({name})");
                i = end;
            }
            else
            {
                result.Append('$').Append(text[i]);
            }
        }
        return result.ToString();
    }
}
