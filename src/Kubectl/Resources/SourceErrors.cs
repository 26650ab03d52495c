using Tiphys.Api.Meta.V1;
using Tiphys.Client;
using Tiphys.Kubectl.CommandLine;

namespace Tiphys.Kubectl.Resources;

/// <summary>Says of an error what was being done with which file.</summary>
internal static class SourceErrors
{
    /// <summary>The error with <c>error when VERB "FILE"</c> in front; unchanged for objects that are from no file.</summary>
    public static Exception Add(string verb, string source, Exception error)
    {
        if (source.Length == 0) return error;
        var message = $"error when {verb} {Quoting.Quote(source)}: {error.Message}";
        if (error is not ApiException { Status: var status }) return new KubectlException(message, error);
        return new ApiException(new Status { Result = status.Result, Code = status.Code, Reason = status.Reason, Details = status.Details, Message = message }, error);
    }
}
