namespace Tiphys.Storage.Etcd.Hosting;

/// <summary>Something that is made of files, and made anew when one of them has changed.</summary>
internal sealed class FromFiles<T>
    where T : class
{
    private readonly Func<T> _make;
    private readonly string[] _files;
    private readonly Lock _gate = new();
    private DateTime[] _times;
    private T _value;

    /// <summary>Makes it for the first time.</summary>
    /// <param name="make">Makes it; throws <see cref="EtcdStartException"/> when the files cannot be used.</param>
    /// <param name="files">The files it is made of.</param>
    public FromFiles(Func<T> make, params string[] files)
    {
        (_make, _files) = (make, files);
        _times = Times();
        _value = make();
    }

    /// <summary>It, as of the files' newest content that can be used.</summary>
    public T Current()
    {
        lock (_gate)
        {
            try
            {
                // Noted before they are read: what changes meanwhile is read again next time.
                var times = Times();
                if (!times.AsSpan().SequenceEqual(_times)) (_value, _times) = (_make(), times);
            }
            catch (EtcdStartException)
            {
                // In the middle of being replaced: the one at hand goes on, and the files are looked at next time again.
            }
            return _value;
        }
    }

    private DateTime[] Times() => Array.ConvertAll(_files, static file =>
    {
        try
        {
            // That of the file behind links, which is what changes when a mounted secret does.
            using var handle = File.OpenHandle(file);
            return File.GetLastWriteTimeUtc(handle);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default; // who makes something of it says what is wrong with it
        }
    });
}
