using System.Net;
using System.Text;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Client;

/// <summary>
/// What a refusal means that comes without a Status: from a proxy between, or for a path that no API serves.
/// The body's own words go to the causes unless they are all there is to tell (upstream's <c>NewGenericServerResponse</c>).
/// </summary>
internal static class UnexpectedResponse
{
    /// <summary>The Status to go on with.</summary>
    public static Status Describe(HttpResponseMessage response, byte[] body)
    {
        var said = Text(response, body);
        var (reason, message) = Meaning(response.StatusCode, said);
        return new Status
        {
            Result = "Failure",
            Code = (int)response.StatusCode,
            Reason = reason,
            Message = message,
            Details = new() { Causes = [new() { Reason = "UnexpectedServerResponse", Message = said }] },
        };
    }

    /// <summary>The words of a body that is text; "unknown" without any.</summary>
    public static string Text(HttpResponseMessage response, byte[] body)
    {
        var type = response.Content.Headers.ContentType?.MediaType;
        var text = type is null || type.StartsWith("text/", StringComparison.Ordinal) ? Encoding.UTF8.GetString(body).Trim() : "";
        return text.Length > 0 ? text : "unknown";
    }

    private static (string Reason, string Message) Meaning(HttpStatusCode code, string said) => code switch
    {
        HttpStatusCode.Conflict => ("Conflict", "the server reported a conflict"),
        HttpStatusCode.NotFound => ("NotFound", "the server could not find the requested resource"),
        HttpStatusCode.BadRequest => ("BadRequest", "the server rejected our request for an unknown reason"),
        HttpStatusCode.Unauthorized => ("Unauthorized", "the server has asked for the client to provide credentials"),
        HttpStatusCode.Forbidden => ("Forbidden", said),
        HttpStatusCode.NotAcceptable when said == "unknown" => ("NotAcceptable", "the server was unable to respond with a content type that the client supports"),
        HttpStatusCode.NotAcceptable => ("NotAcceptable", said),
        HttpStatusCode.UnsupportedMediaType => ("UnsupportedMediaType", said),
        HttpStatusCode.MethodNotAllowed => ("MethodNotAllowed", "the server does not allow this method on the requested resource"),
        HttpStatusCode.UnprocessableEntity => ("Invalid", "the server rejected our request due to an error in our request"),
        HttpStatusCode.Gone => ("Gone", said),
        HttpStatusCode.TooManyRequests => ("TooManyRequests", "the server has received too many requests and has asked us to try again later"),
        HttpStatusCode.ServiceUnavailable => ("ServiceUnavailable", "the server is currently unable to handle the request"),
        HttpStatusCode.GatewayTimeout => ("Timeout", "the server was unable to return a response in the time allotted, but may still be processing the request"),
        >= HttpStatusCode.InternalServerError => ("InternalError", $"an error on the server (\"{said}\") has prevented the request from succeeding"),
        _ => ("", $"the server responded with the status code {(int)code} but did not return more information"),
    };
}
