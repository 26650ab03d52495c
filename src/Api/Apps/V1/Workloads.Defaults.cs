namespace Tiphys.Api.Apps.V1;

public sealed partial class DeploymentStrategy
{
    partial void OnDefaulting()
    {
        if (Type != DeploymentStrategyType.RollingUpdate) return;
        RollingUpdate ??= new();
        RollingUpdate.MaxUnavailable ??= "25%";
        RollingUpdate.MaxSurge ??= "25%";
    }
}

public sealed partial class DaemonSetUpdateStrategy
{
    partial void OnDefaulting()
    {
        if (Type != DaemonSetUpdateStrategyType.RollingUpdate) return;
        RollingUpdate ??= new();
        RollingUpdate.MaxUnavailable ??= 1;
        RollingUpdate.MaxSurge ??= 0;
    }
}

public sealed partial class StatefulSetUpdateStrategy
{
    partial void OnDefaulting()
    {
        if (string.IsNullOrEmpty(Type))
        {
            Type = StatefulSetUpdateStrategyType.RollingUpdate;
            RollingUpdate ??= new();
        }

        if (Type == StatefulSetUpdateStrategyType.RollingUpdate && RollingUpdate is not null) RollingUpdate.Partition ??= 0;
    }
}

public sealed partial class StatefulSetSpec
{
    partial void OnDefaulting() => PersistentVolumeClaimRetentionPolicy ??= new();
}
