using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>The rules for a change that the server itself makes to what no client may: none.</summary>
/// <typeparam name="T">The kind.</typeparam>
internal sealed class ServerChange<T> : ResourceStrategy<T> where T : class, IKubernetesObject<T>
{
    public static ServerChange<T> Instance { get; } = new();

    public override void PrepareForUpdate(T item, T old, StrategyContext context) { }

    public override void ValidateUpdate(T item, T old, FieldErrors errors) { }
}
