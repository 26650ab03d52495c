namespace Tiphys.Kubelet.Probes;

/// <summary>What the probes last found, by the container id the API shows. Null means that no probe has come to a result.</summary>
internal interface IProbeResults
{
    bool? Startup(string containerId);
    bool? Readiness(string containerId);
    bool? Liveness(string containerId);
}
