using System.Globalization;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Tiphys.ApiServer;
using Tiphys.Client;
using Tiphys.Grpc;
using Tiphys.Server;
using Tiphys.Storage;

namespace Tiphys.Logging;

/// <summary>
/// Writes klog's line: level, date and time, category, message, and the error if there is one. An error's stack follows below
/// when it is a fault of the program, or when everything is asked for. The framework's console provider brings a formatter, options
/// and a queue with it that cost more at start than all of this.
/// </summary>
/// <param name="time">Clock.</param>
/// <param name="stacks">Write the stack of every error.</param>
internal sealed class StderrLoggerProvider(TimeProvider time, bool stacks) : ILoggerProvider
{
    private readonly Lock _lock = new();

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose() { }

    private void Write(string line)
    {
        lock (_lock) Console.Error.WriteLine(line);
    }

    private sealed class Logger(StderrLoggerProvider owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var mark = logLevel switch
            {
                LogLevel.Trace or LogLevel.Debug => 'D',
                LogLevel.Information => 'I',
                LogLevel.Warning => 'W',
                LogLevel.Error => 'E',
                _ => 'F',
            };
            var now = owner.Now();
            var message = formatter(state, exception);
            var line = string.Create(CultureInfo.InvariantCulture, $"{mark}{now:MMdd HH:mm:ss.ffffff} {category}] {message}");
            if (exception is not null && !message.Contains(exception.Message, StringComparison.Ordinal)) line += $" err=\"{Escaped(exception.Message)}\"";
            owner.Write(exception is null || !owner.ShowsStackOf(exception) ? line : $"{line}\n{exception}");
        }
    }

    private static string Escaped(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    /// <summary>What goes wrong in the world around needs no stack: a peer that is away, a disk that is full, a request that is refused.</summary>
    private bool ShowsStackOf(Exception error) => stacks || error
        is not (ApiException or StatusException or StoreException or GrpcException or CertificateRefusedException or StartException
        or IOException or SocketException or HttpRequestException or UnauthorizedAccessException or TimeoutException or OperationCanceledException);

    private DateTimeOffset Now() => time.GetUtcNow();
}
