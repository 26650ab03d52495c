using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tiphys.Server;

/// <summary>How one component of a process does.</summary>
/// <param name="Name">Its name, for example <c>scheduler</c>.</param>
/// <param name="Running">Whether it works now.</param>
/// <param name="Since">Since when that is so.</param>
/// <param name="Failures">How often it has failed since the process began.</param>
/// <param name="LastFailure">Why it failed last; null when it never did.</param>
internal sealed record ComponentState(string Name, bool Running, DateTimeOffset Since, int Failures, string? LastFailure);

/// <summary>The states of a process's components in a file, where <c>tiphys status</c> finds them even when the API server is silent.</summary>
internal static class ComponentStates
{
    /// <summary>Replaces the file as a whole. It need not survive a power loss, which ends the process it tells of, so that no start waits for the disk.</summary>
    public static void Write(string path, IEnumerable<ComponentState> states)
    {
        var next = path + ".next";
        File.WriteAllBytes(next, JsonSerializer.SerializeToUtf8Bytes([.. states], ComponentStatesJson.Default.ComponentStateArray));
        File.Move(next, path, overwrite: true);
    }

    /// <summary>The states last written; none when there is no such file.</summary>
    public static IReadOnlyList<ComponentState> Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), ComponentStatesJson.Default.ComponentStateArray) ?? [];
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return [];
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ComponentState[]))]
internal sealed partial class ComponentStatesJson : JsonSerializerContext;
