namespace Tiphys.ApiServer;

/// <summary>Rules for the options every write may carry.</summary>
internal static class RequestOptions
{
    /// <summary>The only dry run there is goes through every stage but the last.</summary>
    public static void CheckDryRun(IEnumerable<string> values, FieldErrors errors)
    {
        var field = FieldPath.Of("dryRun");
        var all = values.ToList();
        if (all.Exists(static v => v != "All")) errors.NotSupported(field, all, ["All"]);
    }
}
