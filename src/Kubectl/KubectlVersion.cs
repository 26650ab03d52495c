namespace Tiphys.Kubectl;

/// <summary>Which upstream kubectl this one is like.</summary>
public static class KubectlVersion
{
    /// <summary>The version as clients show it.</summary>
    public const string Text = "v1.36.2+tiphys";
}
