using Microsoft.Extensions.Logging;

namespace Tiphys.Logging;

/// <summary>Logging of the process: one line an event, to standard error.</summary>
internal static class Logs
{
    /// <summary>Makes the loggers.</summary>
    /// <param name="verbosity">Upstream's <c>-v</c>: 0 to 3 information, 4 and more debug, 8 and more trace.</param>
    public static ILoggerFactory Create(int verbosity) => LoggerFactory.Create(builder =>
    {
        builder.SetMinimumLevel(verbosity >= 8 ? LogLevel.Trace : verbosity >= 4 ? LogLevel.Debug : LogLevel.Information);
        builder.AddFilter("Microsoft", verbosity >= 8 ? LogLevel.Debug : LogLevel.Warning);
        builder.AddProvider(new StderrLoggerProvider(TimeProvider.System, stacks: verbosity >= 4));
    });

    /// <summary>Makes the loggers of a role that takes a level by name.</summary>
    public static ILoggerFactory Create(LogLevel level) => LoggerFactory.Create(builder =>
    {
        builder.SetMinimumLevel(level);
        builder.AddFilter("Microsoft", level == LogLevel.Debug ? LogLevel.Debug : level > LogLevel.Warning ? level : LogLevel.Warning);

        // It warns that it cannot tell HTTP/2 from HTTP/1.1 without TLS, which is seen to before it gets a connection.
        builder.AddFilter("Microsoft.AspNetCore.Server.Kestrel", level == LogLevel.Debug ? LogLevel.Debug : LogLevel.Error);
        builder.AddProvider(new StderrLoggerProvider(TimeProvider.System, stacks: level <= LogLevel.Debug));
    });
}
