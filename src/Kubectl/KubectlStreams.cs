using System.Text;
using Tiphys.Kubectl.Terminals;

namespace Tiphys.Kubectl;

/// <summary>The streams of a kubectl process. Text and raw output share the same stream: flush one before using the other.</summary>
public sealed class KubectlStreams
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Streams of one's own.</summary>
    /// <param name="input">Standard input.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    public KubectlStreams(Stream input, Stream output, Stream error)
    {
        RawInput = input;
        RawOutput = output;
        RawError = error;
        Out = new StreamWriter(output, s_utf8, 16 * 1024, leaveOpen: true) { NewLine = "\n", AutoFlush = false };
        Error = new StreamWriter(error, s_utf8, 1024, leaveOpen: true) { NewLine = "\n", AutoFlush = true };
    }

    /// <summary>The process's streams.</summary>
    public static KubectlStreams OfProcess() => OperatingSystem.IsWindows()
        ? new(Console.OpenStandardInput(), Console.OpenStandardOutput(), Console.OpenStandardError()) { IsProcess = true }
        : new(new DescriptorStream(0), new DescriptorStream(1), new DescriptorStream(2)) { IsProcess = true };

    /// <summary>Standard output as text, UTF-8, buffered.</summary>
    public TextWriter Out { get; }

    /// <summary>Standard error as text, UTF-8, not buffered.</summary>
    public TextWriter Error { get; }

    /// <summary>Standard input's bytes.</summary>
    public Stream RawInput { get; }

    /// <summary>Standard output's bytes.</summary>
    public Stream RawOutput { get; }

    /// <summary>Standard error's bytes.</summary>
    public Stream RawError { get; }

    /// <summary>Whether these are the process's own streams, which may be a terminal.</summary>
    internal bool IsProcess { get; private init; }

    /// <summary>Whether input is a terminal.</summary>
    internal bool InputIsTerminal => IsProcess && !Console.IsInputRedirected;

    /// <summary>Whether errors go to a terminal that may be coloured.</summary>
    internal bool ErrorIsColored => IsProcess && !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb" && Environment.GetEnvironmentVariable("NO_COLOR") is null;
}
