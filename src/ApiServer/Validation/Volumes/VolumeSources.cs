namespace Tiphys.ApiServer;

/// <summary>The rule that a volume comes from exactly one place.</summary>
internal static class VolumeSources
{
    /// <summary>Only the first source is looked into; each further one is one too many.</summary>
    /// <param name="sources">The sources that are given, with what checks them.</param>
    /// <param name="path">The volume.</param>
    /// <param name="errors">Takes what is wrong.</param>
    public static void ExactlyOne(IEnumerable<(string Field, Action<FieldPath> Check)> sources, FieldPath path, FieldErrors errors)
    {
        var count = 0;
        foreach (var (field, check) in sources)
        {
            if (count++ > 0) errors.Forbidden(path[field], "may not specify more than 1 volume type");
            else check(path[field]);
        }

        if (count == 0) errors.Required(path, "must specify a volume type");
    }
}
