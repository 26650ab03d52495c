namespace Tiphys.Api.Storage.V1;

public sealed partial class CSIDriverSpec
{
    partial void OnDefaulting()
    {
        if (VolumeLifecycleModes is null or { Count: 0 }) VolumeLifecycleModes = [VolumeLifecycleMode.Persistent];
    }
}
