namespace Tiphys.Kubectl.Logs;

/// <summary>The logs of one container.</summary>
/// <param name="Path">Where the server has them.</param>
/// <param name="Prefix">What to put before each line.</param>
internal sealed record LogRequest(string Path, string Prefix);
