namespace Tiphys.Api.Core.V1;

public sealed partial class Container
{
    partial void OnDefaulting()
    {
        if (string.IsNullOrEmpty(ImagePullPolicy)) ImagePullPolicy = ImageReference.DefaultPullPolicy(Image);
    }
}

public partial class EphemeralContainerCommon
{
    partial void OnDefaulting()
    {
        if (string.IsNullOrEmpty(ImagePullPolicy)) ImagePullPolicy = ImageReference.DefaultPullPolicy(Image);
    }
}

public sealed partial class ImageVolumeSource
{
    partial void OnDefaulting()
    {
        if (string.IsNullOrEmpty(PullPolicy)) PullPolicy = ImageReference.DefaultPullPolicy(Reference);
    }
}
