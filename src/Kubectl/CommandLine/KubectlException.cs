namespace Tiphys.Kubectl.CommandLine;

/// <summary>An error with the message a user should see; <c>error: </c> is put in front when it is printed.</summary>
internal class KubectlException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A wrong use of a command; the message goes on to where help is.</summary>
internal sealed class UsageException(string command, string message) : KubectlException($"{message}\nSee 'kubectl {command} -h' for help and examples");

/// <summary>Ends kubectl with a code, and a message unless it is empty.</summary>
internal sealed class ExitException(int code, string message = "") : Exception(message)
{
    public int Code { get; } = code;
}

/// <summary>Several errors of one command; nested ones are spread out.</summary>
internal sealed class ErrorList(IEnumerable<Exception> errors) : Exception
{
    public IReadOnlyList<Exception> Errors { get; } = [.. errors.SelectMany(static e => e is ErrorList list ? list.Errors : [e])];

    public override string Message => Errors.Count == 1 ? Errors[0].Message : $"[{string.Join(", ", Errors.Select(static e => e.Message).Distinct())}]";

    /// <summary>Throws what was collected: nothing, the one error, or all of them.</summary>
    public static void ThrowIfAny(IReadOnlyList<Exception> errors)
    {
        if (Reduce(errors) is { } error) throw error;
    }

    /// <summary>Nothing, the one error, or all of them.</summary>
    public static Exception? Reduce(IReadOnlyList<Exception> errors)
    {
        if (errors.Count == 0) return null;
        var list = new ErrorList(errors);
        return list.Errors.Count == 1 ? list.Errors[0] : list;
    }
}
