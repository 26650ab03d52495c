using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>Services: their addresses come from the allocator, which runs after this.</summary>
internal sealed class ServiceStrategy : SpecStatusStrategy<Service>
{

    protected override bool CountsGenerations => false;

    protected override IApiMessage SpecOf(Service item) => item.Spec;

    protected override void TakeSpec(Service item, Service from) => item.Spec = from.Spec;

    protected override void TakeStatus(Service item, Service from) => item.Status = from.Status;

    public override IReadOnlyList<string> NameErrors(string name) => Names.LabelErrors(name);

    public override bool AllowCreateOnUpdate => true;

    public override void PrepareForCreate(Service item, StrategyContext context)
    {
        base.PrepareForCreate(item, context);

        // Clients that know only the one field.
        if (item.Spec is { ClusterIP.Length: > 0, ClusterIPs: not { Count: > 0 } }) item.Spec.ClusterIPs = [item.Spec.ClusterIP];
    }

    public override void PrepareForUpdate(Service item, Service old, StrategyContext context)
    {
        base.PrepareForUpdate(item, old, context);
        ServiceChanges.KeepAllocated(item.Spec, old.Spec);
        ServiceChanges.Pair(item.Spec, old.Spec);
        ServiceChanges.DropUnused(item, old);
    }

    public override IEnumerable<string> Warnings(Service item, Service? old) => ServiceWarnings.Of(item);

    protected override IEnumerable<string> StatusWarnings(Service item) => ServiceWarnings.Status(item.Status.LoadBalancer.Ingress?.Select(static i => i.IP));

    public override void Validate(Service item, FieldErrors errors) => ServiceValidation.Validate(item, errors);

    public override void ValidateUpdate(Service item, Service old, FieldErrors errors) => ServiceValidation.ValidateUpdate(item, old, errors);
}
