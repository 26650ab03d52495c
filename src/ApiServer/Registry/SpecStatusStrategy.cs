using Tiphys.Api;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>
/// A kind with a spec that users write and a status that controllers write: each survives writes of the other, and the
/// generation counts changes of the spec.
/// </summary>
/// <typeparam name="T">The kind.</typeparam>
public abstract class SpecStatusStrategy<T> : ResourceStrategy<T> where T : class, IKubernetesObject<T>
{
    /// <summary>What users write.</summary>
    protected abstract IApiMessage SpecOf(T item);

    /// <summary>Gives <paramref name="item"/> the other object's spec.</summary>
    protected abstract void TakeSpec(T item, T from);

    /// <summary>Gives <paramref name="item"/> the other object's status.</summary>
    protected abstract void TakeStatus(T item, T from);

    /// <summary>Reports what is wrong with a new status.</summary>
    protected virtual void ValidateStatus(T item, T old, FieldErrors errors) { }

    /// <summary>What clients are warned of when they write the status.</summary>
    protected virtual IEnumerable<string> StatusWarnings(T item) => [];

    /// <summary>Whether the kind counts generations; upstream leaves it out for some old kinds.</summary>
    protected virtual bool CountsGenerations => true;

    /// <summary>The rules of the status subresource.</summary>
    public IResourceStrategy Status => new StatusStrategy(this);

    /// <inheritdoc/>
    public override void PrepareForCreate(T item, StrategyContext context)
    {
        TakeStatus(item, T.New());
        if (CountsGenerations) item.Metadata.Generation = 1;
    }

    /// <inheritdoc/>
    public override void PrepareForUpdate(T item, T old, StrategyContext context)
    {
        TakeStatus(item, old);
        if (CountsGenerations) BumpGeneration(item, old, SpecOf(item), SpecOf(old));
    }

    private sealed class StatusStrategy(SpecStatusStrategy<T> owner) : ResourceStrategy<T>
    {
        public override IReadOnlyList<string> NameErrors(string name) => owner.NameErrors(name);

        public override bool IsHeld(T item) => owner.IsHeld(item);

        public override void PrepareForUpdate(T item, T old, StrategyContext context)
        {
            TakeMetadata(item, old);
            owner.TakeSpec(item, old);
        }

        public override void ValidateUpdate(T item, T old, FieldErrors errors) => owner.ValidateStatus(item, old, errors);

        public override IEnumerable<string> Warnings(T item, T? old) => owner.StatusWarnings(item);

        /// <summary>A status write changes labels and annotations, never what ties the object into the cluster.</summary>
        private static void TakeMetadata(T item, T old)
        {
            item.Metadata.OwnerReferences = old.Metadata.OwnerReferences;
            item.Metadata.Finalizers = old.Metadata.Finalizers;
            item.Metadata.Generation = old.Metadata.Generation;
        }
    }
}

/// <summary>A spec-and-status kind whose rules are all there is to say about it.</summary>
/// <typeparam name="T">The kind.</typeparam>
/// <param name="spec">Its spec.</param>
/// <param name="takeSpec">Copies the spec.</param>
/// <param name="takeStatus">Copies the status.</param>
/// <param name="rules">The rules; generations count changes of the spec when they say that anything is counted.</param>
internal sealed class PlainSpecStatusStrategy<T>(Func<T, IApiMessage> spec, Action<T, T> takeSpec, Action<T, T> takeStatus, KindRules<T> rules) : SpecStatusStrategy<T>
    where T : class, IKubernetesObject<T>
{
    protected override bool CountsGenerations => rules.Wanted is not null;

    public override IReadOnlyList<string> NameErrors(string name) => rules.NameErrors(name);

    public override void PrepareForCreate(T item, StrategyContext context)
    {
        base.PrepareForCreate(item, context);
        rules.Prepare(item, context);
    }

    public override void Validate(T item, FieldErrors errors)
    {
        rules.Validate(item, errors);
        rules.ValidateNew(item, errors);
    }

    public override void ValidateUpdate(T item, T old, FieldErrors errors)
    {
        rules.Validate(item, errors);
        rules.ValidateChange(item, old, errors);
    }

    public override IEnumerable<string> Warnings(T item, T? old) => rules.Warn(item, old);

    protected override IEnumerable<string> StatusWarnings(T item) => rules.WarnOfStatus(item);

    protected override IApiMessage SpecOf(T item) => spec(item);

    protected override void TakeSpec(T item, T from) => takeSpec(item, from);

    protected override void TakeStatus(T item, T from) => takeStatus(item, from);
}
