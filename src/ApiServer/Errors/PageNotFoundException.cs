namespace Tiphys.ApiServer;

/// <summary>Nothing is served under a path; the answer is a line of text, as any web server gives it.</summary>
public sealed class PageNotFoundException() : Exception("404 page not found");
