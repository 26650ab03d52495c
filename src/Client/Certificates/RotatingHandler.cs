namespace Tiphys.Client;

/// <summary>
/// A transport whose client certificate changes: after <see cref="Renew"/> requests go over new connections with the new
/// certificate, while those under way end on the old ones.
/// </summary>
/// <param name="make">Makes a transport with the credentials of the moment.</param>
public sealed class RotatingHandler(Func<HttpMessageHandler> make) : HttpMessageHandler
{
    private HttpMessageInvoker _current = new(make());

    /// <summary>Has further requests use the credentials of now.</summary>
    public void Renew() => Interlocked.Exchange(ref _current, new HttpMessageInvoker(make())).Dispose();

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        while (true)
        {
            var current = Volatile.Read(ref _current);
            try
            {
                return await current.SendAsync(request, cancellationToken);
            }
            catch (ObjectDisposedException) when (current != Volatile.Read(ref _current))
            {
                // Renewed between reading and sending.
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _current.Dispose();
        base.Dispose(disposing);
    }
}
