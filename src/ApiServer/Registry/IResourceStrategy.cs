using Tiphys.Api;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>
/// What is particular to one kind when its objects are written (upstream's RESTCreateStrategy, RESTUpdateStrategy and
/// RESTDeleteStrategy). Derive from <see cref="ResourceStrategy{T}"/>.
/// </summary>
public interface IResourceStrategy
{
    /// <summary>PUT on a missing name creates the object.</summary>
    bool AllowCreateOnUpdate => false;

    /// <summary>PUT without a resourceVersion replaces whatever is there.</summary>
    bool AllowUnconditionalUpdate => true;

    /// <summary>Sets what only the server may set, and clears what clients may not, before an object is created.</summary>
    void PrepareForCreate(IKubernetesObject item, StrategyContext context);

    /// <summary>The same before an object replaces another; <paramref name="item"/> is changed.</summary>
    void PrepareForUpdate(IKubernetesObject item, IKubernetesObject old, StrategyContext context);

    /// <summary>Reports the rules a new object breaks, beyond those of metadata.</summary>
    void Validate(IKubernetesObject item, FieldErrors errors);

    /// <summary>Reports the rules a change breaks, those of new objects included.</summary>
    void ValidateUpdate(IKubernetesObject item, IKubernetesObject old, FieldErrors errors);

    /// <summary>What is wrong with the name, or null.</summary>
    IReadOnlyList<string> NameErrors(string name);

    /// <summary>
    /// Seconds an object is given to end before it is removed, or null to remove it at once. May change the object
    /// (upstream's CheckGracefulDelete).
    /// </summary>
    /// <param name="item">The object.</param>
    /// <param name="requested">What the client asked for, or null.</param>
    long? GracePeriod(IKubernetesObject item, long? requested) => null;

    /// <summary>Whether something must happen before a deleted object may be removed: a finalizer is left.</summary>
    bool IsHeld(IKubernetesObject item) => item.Metadata.Finalizers is { Count: > 0 };

    /// <summary>Called when an object gets its deletion timestamp.</summary>
    void MarkDeleting(IKubernetesObject item) { }

    /// <summary>What happens to dependents when a delete request does not say: one of <see cref="DeletionPropagation"/>.</summary>
    string DefaultPropagation => DeletionPropagation.Background;

    /// <summary>Warnings for the client, on create and update.</summary>
    IEnumerable<string> Warnings(IKubernetesObject item, IKubernetesObject? old) => [];
}

/// <summary>What strategies may need of the request.</summary>
/// <param name="Time">Clock.</param>
/// <param name="User">Who writes.</param>
public sealed record StrategyContext(TimeProvider Time, UserInfo User)
{
    /// <summary>Takes warnings for the client.</summary>
    public Action<string> Warn { get; init; } = static _ => { };
}

/// <summary>A strategy for one kind, with the rules most kinds share.</summary>
/// <typeparam name="T">The kind.</typeparam>
public abstract class ResourceStrategy<T> : IResourceStrategy where T : class, IKubernetesObject<T>
{
    /// <inheritdoc/>
    public virtual bool AllowCreateOnUpdate => false;

    /// <inheritdoc/>
    public virtual bool AllowUnconditionalUpdate => true;

    /// <inheritdoc cref="IResourceStrategy.PrepareForCreate"/>
    public virtual void PrepareForCreate(T item, StrategyContext context) { }

    /// <inheritdoc cref="IResourceStrategy.PrepareForUpdate"/>
    public virtual void PrepareForUpdate(T item, T old, StrategyContext context) { }

    /// <inheritdoc cref="IResourceStrategy.Validate"/>
    public virtual void Validate(T item, FieldErrors errors) { }

    /// <inheritdoc cref="IResourceStrategy.ValidateUpdate"/>
    public virtual void ValidateUpdate(T item, T old, FieldErrors errors) => Validate(item, errors);

    /// <inheritdoc cref="IResourceStrategy.NameErrors"/>
    public virtual IReadOnlyList<string> NameErrors(string name) => Names.SubdomainErrors(name);

    /// <inheritdoc cref="IResourceStrategy.GracePeriod"/>
    public virtual long? GracePeriod(T item, long? requested) => null;

    /// <inheritdoc cref="IResourceStrategy.IsHeld"/>
    public virtual bool IsHeld(T item) => item.Metadata.Finalizers is { Count: > 0 };

    /// <inheritdoc cref="IResourceStrategy.MarkDeleting"/>
    public virtual void MarkDeleting(T item) { }

    /// <inheritdoc cref="IResourceStrategy.DefaultPropagation"/>
    public virtual string DefaultPropagation => DeletionPropagation.Background;

    /// <inheritdoc cref="IResourceStrategy.Warnings"/>
    public virtual IEnumerable<string> Warnings(T item, T? old) => [];

    /// <summary>Raises the generation when what the user wants has changed.</summary>
    protected static void BumpGeneration(T item, T old, IApiMessage wanted, IApiMessage wantedBefore)
    {
        item.Metadata.Generation = ApiJson.Same(wanted, wantedBefore) ? old.Metadata.Generation : old.Metadata.Generation + 1;
    }

    void IResourceStrategy.PrepareForCreate(IKubernetesObject item, StrategyContext context) => PrepareForCreate((T)item, context);

    void IResourceStrategy.PrepareForUpdate(IKubernetesObject item, IKubernetesObject old, StrategyContext context) => PrepareForUpdate((T)item, (T)old, context);

    void IResourceStrategy.Validate(IKubernetesObject item, FieldErrors errors) => Validate((T)item, errors);

    void IResourceStrategy.ValidateUpdate(IKubernetesObject item, IKubernetesObject old, FieldErrors errors) => ValidateUpdate((T)item, (T)old, errors);

    long? IResourceStrategy.GracePeriod(IKubernetesObject item, long? requested) => GracePeriod((T)item, requested);

    IEnumerable<string> IResourceStrategy.Warnings(IKubernetesObject item, IKubernetesObject? old) => Warnings((T)item, (T?)old);

    bool IResourceStrategy.IsHeld(IKubernetesObject item) => IsHeld((T)item);

    void IResourceStrategy.MarkDeleting(IKubernetesObject item) => MarkDeleting((T)item);
}

/// <summary>A kind whose rules are all there is to say about it.</summary>
/// <typeparam name="T">The kind.</typeparam>
/// <param name="rules">The rules; none when left out.</param>
public class PlainStrategy<T>(KindRules<T>? rules = null) : ResourceStrategy<T> where T : class, IKubernetesObject<T>
{
    private readonly KindRules<T> _rules = rules ?? KindRules<T>.None;

    /// <inheritdoc/>
    public override IReadOnlyList<string> NameErrors(string name) => _rules.NameErrors(name);

    /// <inheritdoc/>
    public override void PrepareForCreate(T item, StrategyContext context)
    {
        if (_rules.Wanted is not null) item.Metadata.Generation = 1;
        _rules.Prepare(item, context);
    }

    /// <inheritdoc/>
    public override void PrepareForUpdate(T item, T old, StrategyContext context)
    {
        if (_rules.Wanted is { } wanted) BumpGeneration(item, old, wanted(item), wanted(old));
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(T item, T? old) => _rules.Warn(item, old);

    /// <inheritdoc/>
    public override void Validate(T item, FieldErrors errors)
    {
        _rules.Validate(item, errors);
        _rules.ValidateNew(item, errors);
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(T item, T old, FieldErrors errors)
    {
        _rules.Validate(item, errors);
        _rules.ValidateChange(item, old, errors);
    }
}
