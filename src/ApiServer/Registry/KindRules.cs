using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>What holds for objects of a kind that needs no strategy of its own.</summary>
/// <typeparam name="T">The kind.</typeparam>
/// <param name="Validate">Reports what is wrong with an object, new or changed.</param>
public sealed record KindRules<T>(Action<T, FieldErrors> Validate) where T : class, IKubernetesObject<T>
{
    /// <summary>Rules without any.</summary>
    public static KindRules<T> None { get; } = new(static (_, _) => { });

    /// <summary>Reports what is wrong with a new object only.</summary>
    public Action<T, FieldErrors> ValidateNew { get; init; } = static (_, _) => { };

    /// <summary>Reports what a change must not do: the object as it shall be, as it is, and who takes the complaints.</summary>
    public Action<T, T, FieldErrors> ValidateChange { get; init; } = static (_, _, _) => { };

    /// <summary>What is wrong with a name.</summary>
    public Func<string, IReadOnlyList<string>> NameErrors { get; init; } = Names.SubdomainErrors;

    /// <summary>
    /// What counts as a new generation: equal results are the same one. Null when the kind does not count generations.
    /// </summary>
    public Func<T, IApiMessage>? Wanted { get; init; }

    /// <summary>What clients are warned of: the object as it shall be, and as it is, unless it is new.</summary>
    public Func<T, T?, IEnumerable<string>> Warn { get; init; } = static (_, _) => [];

    /// <summary>What clients are warned of when they write the status.</summary>
    public Func<T, IEnumerable<string>> WarnOfStatus { get; init; } = static _ => [];

    /// <summary>What is filled in when an object is made, besides the generation.</summary>
    public Action<T, StrategyContext> Prepare { get; init; } = static (_, _) => { };
}
