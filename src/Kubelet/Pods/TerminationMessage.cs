using System.Text;
using Tiphys.Kubelet.Logs;
using CriStatus = Tiphys.Kubelet.Cri.V1.ContainerStatus;
using Policy = Tiphys.Api.Core.V1.TerminationMessagePolicy;

namespace Tiphys.Kubelet.Pods;

/// <summary>The last words of a container: what it left in its termination message file, or the end of its log.</summary>
internal static class TerminationMessage
{
    private const int MaxFileBytes = 4096;
    private const int MaxLogBytes = 2048;
    private const int MaxLogLines = 80;

    public static string Read(CriStatus status)
    {
        var message = ReadFile(status);
        if (message.Length == 0 && status.ExitCode != 0 &&
            status.Annotations.TryGetValue(RuntimeLabels.TerminationMessagePolicy, out var policy) && policy == Policy.FallbackToLogsOnError)
            message = ReadLogEnd(status.LogPath);
        // The runtime's own message tells why it could not even start; it comes first as nothing else can have been said.
        return status.Message.Length == 0 ? message : message.Length == 0 ? status.Message : $"{status.Message}: {message}";
    }

    private static string ReadFile(CriStatus status)
    {
        if (!status.Annotations.TryGetValue(RuntimeLabels.TerminationMessagePath, out var path) ||
            status.Mounts.FirstOrDefault(m => m.ContainerPath == path) is not { } mount)
            return "";
        try
        {
            using var file = File.OpenRead(mount.HostPath);
            var buffer = new byte[MaxFileBytes];
            return Encoding.UTF8.GetString(buffer, 0, file.ReadAtLeast(buffer, MaxFileBytes, throwOnEndOfStream: false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"Error on reading termination log {mount.HostPath}: {e.Message}";
        }
    }

    private static string ReadLogEnd(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Position = LogReader.FindTail(file, MaxLogLines);
            using var text = new MemoryStream();
            using var rest = new MemoryStream();
            file.CopyTo(rest);
            var bytes = rest.GetBuffer().AsMemory(0, (int)rest.Length);
            while (!bytes.IsEmpty)
            {
                var end = bytes.Span.IndexOf((byte)'\n') + 1;
                var line = end == 0 ? bytes : bytes[..end];
                if (LogEntry.TryParse(line, out var entry)) text.Write(entry.Content.Span);
                bytes = bytes[line.Length..];
            }
            var content = text.GetBuffer().AsSpan(0, (int)text.Length);
            return Encoding.UTF8.GetString(content.Length > MaxLogBytes ? content[^MaxLogBytes..] : content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"Error reading container logs: {e.Message}";
        }
    }
}
