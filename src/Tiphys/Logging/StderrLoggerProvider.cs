using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Tiphys.Logging;

/// <summary>
/// Writes klog's line: level, date and time, category, message; an exception's stack follows below. The framework's console
/// provider brings a formatter, options and a queue with it that cost more at start than all of this.
/// </summary>
internal sealed class StderrLoggerProvider(TimeProvider time) : ILoggerProvider
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
            var line = string.Create(CultureInfo.InvariantCulture, $"{mark}{now:MMdd HH:mm:ss.ffffff} {category}] {formatter(state, exception)}");
            owner.Write(exception is null ? line : $"{line}\n{exception}");
        }
    }

    private DateTimeOffset Now() => time.GetUtcNow();
}
