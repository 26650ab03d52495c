using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>Words a plugin's refusal as upstream does.</summary>
internal static class Refusal
{
    /// <summary>403 about the object that is written.</summary>
    public static StatusException Of(AdmissionAttributes write, string why) => ApiErrors.Forbidden(write.GroupResource, NameOf(write), why);

    /// <summary>An object whose name is not drawn yet goes by its prefix.</summary>
    private static string NameOf(AdmissionAttributes write)
    {
        if (write.Object is IKubernetesObject { Metadata: var metadata })
        {
            if (metadata.Name.Length > 0) return metadata.Name;
            if (metadata.GenerateName.Length > 0) return metadata.GenerateName;
        }

        return write.Name.Length > 0 ? write.Name : "Unknown";
    }
}
