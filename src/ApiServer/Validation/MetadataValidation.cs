using System.Text;
using Tiphys.Api;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules every object's metadata obeys.</summary>
internal static class MetadataValidation
{
    private const int MostAnnotationBytes = 256 * 1024;
    private static readonly FieldPath Root = FieldPath.Of("metadata");

    public static void Validate(ObjectMeta metadata, bool namespaced, Func<string, IReadOnlyList<string>> nameErrors, FieldErrors errors)
    {
        // A prefix may end in a dash, which the generated part follows.
        if (metadata.GenerateName.Length > 0)
            errors.Invalid(Root["generateName"], metadata.GenerateName, nameErrors(metadata.GenerateName.EndsWith('-') ? metadata.GenerateName[..^1] + "a" : metadata.GenerateName));
        if (metadata.Name.Length == 0) errors.Required(Root["name"], "name or generateName is required");
        else errors.Invalid(Root["name"], metadata.Name, nameErrors(metadata.Name));
        if (namespaced) FieldRules.Name(metadata.Namespace, Names.LabelErrors, Root["namespace"], errors);
        else if (metadata.Namespace.Length > 0) errors.Forbidden(Root["namespace"], "not allowed on this type");

        FieldRules.NotNegative(metadata.Generation, Root["generation"], errors);
        Labels(metadata.Labels, Root["labels"], errors);
        Annotations(metadata.Annotations, Root["annotations"], errors);
        Owners(metadata.OwnerReferences, errors);
        Finalizers(metadata.Finalizers, errors);
    }

    public static void ValidateUpdate(ObjectMeta metadata, ObjectMeta old, FieldErrors errors)
    {
        if (old.DeletionTimestamp is not null)
        {
            // Once an object is going, finalizers may only leave.
            var added = (metadata.Finalizers ?? []).Except(old.Finalizers ?? [], StringComparer.Ordinal).ToList();
            if (added.Count > 0) errors.Forbidden(Root["finalizers"], $"no new finalizers can be added if the object is being deleted, found new finalizers {GoList(added)}");
        }

        FieldRules.Unchanged(metadata.Name, old.Name, Root["name"], errors);
        FieldRules.Unchanged(metadata.Namespace, old.Namespace, Root["namespace"], errors);
        FieldRules.Unchanged(metadata.Uid, old.Uid, Root["uid"], errors);
        FieldRules.Unchanged(metadata.CreationTimestamp, old.CreationTimestamp, Root["creationTimestamp"], errors);
        FieldRules.Unchanged(metadata.DeletionTimestamp, old.DeletionTimestamp, Root["deletionTimestamp"], errors);
        FieldRules.Unchanged(metadata.DeletionGracePeriodSeconds, old.DeletionGracePeriodSeconds, Root["deletionGracePeriodSeconds"], errors);
        if (metadata.Generation < old.Generation) errors.Invalid(Root["generation"], metadata.Generation, "must not be decremented");
    }

    public static void Labels(Dictionary<string, string>? labels, FieldPath path, FieldErrors errors)
    {
        foreach (var (key, value) in labels ?? [])
        {
            errors.Invalid(path, key, LabelSyntax.KeyErrors(key));
            errors.Invalid(path, value, LabelSyntax.ValueErrors(value));
        }
    }

    /// <summary>The fields that are set although a template has room for labels and annotations only.</summary>
    public static IEnumerable<string> OtherThanLabels(ObjectMeta metadata)
    {
        if (metadata.Name.Length > 0) yield return "name";
        if (metadata.GenerateName.Length > 0) yield return "generateName";
        if (metadata.Namespace.Length > 0) yield return "namespace";
        if (metadata.SelfLink.Length > 0) yield return "selfLink";
        if (metadata.Uid.Length > 0) yield return "uID";
        if (metadata.ResourceVersion.Length > 0) yield return "resourceVersion";
        if (metadata.Generation != 0) yield return "generation";
        if (metadata.CreationTimestamp is not null) yield return "creationTimestamp";
        if (metadata.DeletionTimestamp is not null) yield return "deletionTimestamp";
        if (metadata.DeletionGracePeriodSeconds is not null) yield return "deletionGracePeriodSeconds";
        if (metadata.OwnerReferences is { Count: > 0 }) yield return "ownerReferences";
        if (metadata.Finalizers is { Count: > 0 }) yield return "finalizers";
        if (metadata.ManagedFields is { Count: > 0 }) yield return "managedFields";
    }

    public static void Annotations(Dictionary<string, string>? annotations, FieldPath path, FieldErrors errors)
    {
        var size = 0L;
        foreach (var (key, value) in annotations ?? [])
        {
            errors.Invalid(path, key, LabelSyntax.KeyErrors(key.ToLowerInvariant()));
            size += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value);
        }

        if (size > MostAnnotationBytes) errors.TooLong(path, MostAnnotationBytes);
    }

    private static void Owners(List<OwnerReference>? owners, FieldErrors errors)
    {
        string? controller = null;
        for (var i = 0; i < (owners?.Count ?? 0); i++)
        {
            var owner = owners![i];
            var path = Root["ownerReferences"][i];
            if (owner.ApiVersion.Length == 0) errors.Invalid(path["apiVersion"], owner.ApiVersion, "version must not be empty");
            if (owner.Kind.Length == 0) errors.Invalid(path["kind"], owner.Kind, "must not be empty");
            if (owner.Name.Length == 0) errors.Invalid(path["name"], owner.Name, "must not be empty");
            if (owner.Uid.Length == 0) errors.Invalid(path["uid"], owner.Uid, "must not be empty");
            if (owner.Controller != true) continue;
            if (controller is not null)
                errors.Invalid(Root["ownerReferences"], owners, $"Only one reference can have Controller set to true. Found \"true\" in references for {controller} and {owner.Name}");
            controller = owner.Name;
        }
    }

    private static void Finalizers(List<string>? finalizers, FieldErrors errors)
    {
        var path = Root["finalizers"];
        for (var i = 0; i < (finalizers?.Count ?? 0); i++)
        {
            var finalizer = finalizers![i];
            var problems = LabelSyntax.KeyErrors(finalizer);
            errors.Invalid(path, finalizer, problems);
            if (problems.Count == 0 && !finalizer.Contains('/', StringComparison.Ordinal) && finalizer is not ("kubernetes" or "orphan" or "foregroundDeletion"))
                errors.Invalid(path[i], finalizer, "name is neither a standard finalizer name nor is it fully qualified");
        }

        if (finalizers is not null && finalizers.Contains("orphan") && finalizers.Contains("foregroundDeletion"))
            errors.Invalid(path, finalizers, "finalizer orphan and foregroundDeletion cannot be both set");
    }

    private static string GoList(IEnumerable<string> values) => $"[]string{{{string.Join(", ", values.Select(static v => $"\"{v}\""))}}}";
}
