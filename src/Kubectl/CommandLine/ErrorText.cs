using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Kubectl.CommandLine;

/// <summary>Errors as kubectl tells them.</summary>
internal static class ErrorText
{
    /// <summary>The whole text for standard error, with its line end, and the exit code.</summary>
    /// <param name="error">What went wrong.</param>
    /// <param name="server">Address of the API server, for errors of reaching it.</param>
    public static (string Text, int Code) Of(Exception error, Uri? server)
    {
        switch (error)
        {
            case ErrorList { Errors.Count: 1 } list: return Of(list.Errors[0], server);
            case ErrorList list: return (string.Concat(list.Errors.Select(e => (Standard(e, server) ?? e.Message) + "\n")), 1);
            case ExitException exit: return (Ended(exit.Message), exit.Code);
            case ApiException { Status.Reason: "Invalid" } invalid: return (Ended(Invalid(invalid.Status)), 1);
            case KubeconfigException { IsInvalidConfiguration: true }: return ($"Error in configuration: {error.Message}\n", 1);
        }

        var text = Standard(error, server) ?? (error.Message.StartsWith("error: ", StringComparison.Ordinal) ? error.Message : "error: " + error.Message);
        return (Ended(text), 1);
    }

    /// <summary>The error without prefix where kubectl has no form of its own for it.</summary>
    public static string Plain(Exception error, Uri? server) => Standard(error, server) ?? error.Message;

    private static string Ended(string text) => text.Length == 0 || text.EndsWith('\n') ? text : text + "\n";

    private static string? Standard(Exception error, Uri? server) => error switch
    {
        ApiException { Status.Reason: "Unauthorized" } e => $"error: You must be logged in to the server ({e.Message})",
        ApiException { Status.Reason: { Length: > 0 } reason } e => $"Error from server ({reason}): {e.Message}",
        ApiException e => $"Error from server: {e.Message}",
        HttpRequestException e => Unreachable(e, server),
        _ => null,
    };

    private static string Unreachable(HttpRequestException error, Uri? server)
    {
        var inner = error.InnerException;
        var host = server is null ? "" : server.Authority;
        if (inner is SocketException { SocketErrorCode: SocketError.ConnectionRefused }) return $"The connection to the server {host} was refused - did you specify the right host or port?";
        var reason = inner switch
        {
            SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } => $"dial tcp: lookup {server?.Host}: no such host",
            SocketException { SocketErrorCode: SocketError.HostUnreachable } => $"dial tcp {host}: connect: no route to host",
            SocketException { SocketErrorCode: SocketError.NetworkUnreachable } => $"dial tcp {host}: connect: network is unreachable",
            AuthenticationException when inner.Message.Contains("corrupted frame", StringComparison.Ordinal) => "http: server gave HTTP response to HTTPS client",
            AuthenticationException when inner.Message.Contains("NameMismatch", StringComparison.Ordinal) => "tls: failed to verify certificate: x509: certificate is not valid for the server's name",
            AuthenticationException when inner.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase) => "tls: failed to verify certificate: x509: certificate signed by unknown authority",
            _ => error.Message,
        };
        return $"Unable to connect to the server: {reason}";
    }

    private static string Invalid(Status status)
    {
        var text = "The request is invalid";
        if (status.Details is not { } details) return status.Message.Length > 0 ? $"{text}: {status.Message}" : text;
        var causes = (details.Causes ?? []).Select(static c => $"{c.Field}: {c.Message}").Distinct().ToList();
        if (details.Kind.Length > 0 || details.Name.Length > 0) text = $"The {details.Kind} {Quoting.Quote(details.Name)} is invalid";
        else if (status.Message.Length > 0 && causes.Count == 0) text += ": " + status.Message;
        if (causes.Count == 0) return text;
        if (causes.Count == 1) return $"{text}: {causes[0]}";
        var lines = new StringBuilder().Append(text).Append(": \n");
        foreach (var cause in causes) lines.Append("* ").Append(cause).Append('\n');
        return lines.ToString();
    }
}
