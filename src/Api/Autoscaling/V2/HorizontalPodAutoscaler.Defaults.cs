using Tiphys.Api.Core.V1;

namespace Tiphys.Api.Autoscaling.V2;

public sealed partial class HorizontalPodAutoscalerSpec
{
    private const int CpuPercent = 80;

    partial void OnDefaulting()
    {
        if (Metrics is { Count: > 0 }) return;
        Metrics =
        [
            new()
            {
                Type = MetricSourceType.Resource,
                Resource = new() { Name = ResourceName.Cpu, Target = new() { Type = MetricTargetType.Utilization, AverageUtilization = CpuPercent } },
            },
        ];
    }
}

public sealed partial class HorizontalPodAutoscalerBehavior
{
    private const int PeriodSeconds = 15;

    partial void OnDefaulting()
    {
        ScaleUp ??= new();
        ScaleUp.StabilizationWindowSeconds ??= 0;
        ScaleUp.SelectPolicy ??= ScalingPolicySelect.Max;
        ScaleUp.Policies ??=
        [
            new() { Type = HPAScalingPolicyType.Pods, Value = 4, PeriodSeconds = PeriodSeconds },
            new() { Type = HPAScalingPolicyType.Percent, Value = 100, PeriodSeconds = PeriodSeconds },
        ];

        // The window downwards stays unset: the controller's own option decides it.
        ScaleDown ??= new();
        ScaleDown.SelectPolicy ??= ScalingPolicySelect.Max;
        ScaleDown.Policies ??= [new() { Type = HPAScalingPolicyType.Percent, Value = 100, PeriodSeconds = PeriodSeconds }];
    }
}
