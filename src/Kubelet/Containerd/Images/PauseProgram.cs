using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Tiphys.Kubelet.Containerd.Images;

/// <summary>Assembles the pause program: process 1 of every pod sandbox, as a static ELF file of a few hundred bytes.</summary>
/// <remarks>
/// It holds the sandbox's namespaces open, reaps processes orphaned in a shared PID namespace, and exits at once on SIGTERM or SIGINT.
/// It blocks the three signals and waits for them in turn, which needs neither handlers nor a stack.
/// </remarks>
internal static class PauseProgram
{
    private const ulong LoadAddress = 0x400000;
    private const int HeaderLength = 64 + 56;

    // Bit n-1 stands for signal n: SIGINT 2, SIGTERM 15, SIGCHLD 17.
    private const ulong SignalMask = (1UL << 1) | (1UL << 14) | (1UL << 16);

    public static byte[] Build(Architecture architecture) => architecture switch
    {
        Architecture.X64 => Link(62, X64()),
        Architecture.Arm64 => Link(183, Arm64()),
        _ => throw new PlatformNotSupportedException($"there is no pause program for {architecture}"),
    };

    private static byte[] Link(ushort machine, byte[] code)
    {
        var file = new byte[HeaderLength + code.Length];
        var header = file.AsSpan();
        ReadOnlySpan<byte> identity = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        identity.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[16..], 2); // an executable at a fixed address
        BinaryPrimitives.WriteUInt16LittleEndian(header[18..], machine);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], LoadAddress + HeaderLength); // entry
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], 64); // program headers follow this one
        BinaryPrimitives.WriteUInt16LittleEndian(header[52..], 64);
        BinaryPrimitives.WriteUInt16LittleEndian(header[54..], 56);
        BinaryPrimitives.WriteUInt16LittleEndian(header[56..], 1);
        var segment = header[64..];
        BinaryPrimitives.WriteUInt32LittleEndian(segment, 1); // loaded
        BinaryPrimitives.WriteUInt32LittleEndian(segment[4..], 5); // readable and executable
        BinaryPrimitives.WriteUInt64LittleEndian(segment[16..], LoadAddress);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[24..], LoadAddress);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[32..], (ulong)file.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[40..], (ulong)file.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[48..], 0x10000);
        code.CopyTo(file.AsSpan(HeaderLength));
        return file;
    }

    private static byte[] X64()
    {
        byte[] code =
        [
            0xb8, 14, 0, 0, 0,              //  0 mov eax, rt_sigprocmask
            0x31, 0xff,                     //  5 xor edi, edi            SIG_BLOCK
            0x48, 0x8d, 0x35, 0, 0, 0, 0,   //  7 lea rsi, [mask]
            0x31, 0xd2,                     // 14 xor edx, edx
            0x41, 0xba, 8, 0, 0, 0,         // 16 mov r10d, 8
            0x0f, 0x05,                     // 22 syscall
            0xb8, 128, 0, 0, 0,             // 24 mov eax, rt_sigtimedwait   <- wait
            0x48, 0x8d, 0x3d, 0, 0, 0, 0,   // 29 lea rdi, [mask]
            0x31, 0xf6,                     // 36 xor esi, esi
            0x31, 0xd2,                     // 38 xor edx, edx
            0x41, 0xba, 8, 0, 0, 0,         // 40 mov r10d, 8
            0x0f, 0x05,                     // 46 syscall
            0x83, 0xf8, 17,                 // 48 cmp eax, SIGCHLD
            0x74, 12,                       // 51 je reap
            0x83, 0xf8, 15,                 // 53 cmp eax, SIGTERM
            0x74, 37,                       // 56 je exit
            0x83, 0xf8, 2,                  // 58 cmp eax, SIGINT
            0x74, 32,                       // 61 je exit
            0xeb, 0xd7,                     // 63 jmp wait
            0xb8, 61, 0, 0, 0,              // 65 mov eax, wait4             <- reap
            0x48, 0xc7, 0xc7, 0xff, 0xff, 0xff, 0xff, // 70 mov rdi, -1
            0x31, 0xf6,                     // 77 xor esi, esi
            0xba, 1, 0, 0, 0,               // 79 mov edx, WNOHANG
            0x45, 0x31, 0xd2,               // 84 xor r10d, r10d
            0x0f, 0x05,                     // 87 syscall
            0x85, 0xc0,                     // 89 test eax, eax
            0x7f, 0xe4,                     // 91 jg reap
            0xeb, 0xb9,                     // 93 jmp wait
            0xb8, 60, 0, 0, 0,              // 95 mov eax, exit              <- exit
            0x31, 0xff,                     // 100 xor edi, edi
            0x0f, 0x05,                     // 102 syscall
        ];
        BinaryPrimitives.WriteInt32LittleEndian(code.AsSpan(10), code.Length - 14);
        BinaryPrimitives.WriteInt32LittleEndian(code.AsSpan(32), code.Length - 36);
        return [.. code, .. Mask()];
    }

    private static byte[] Arm64()
    {
        const int wait = 6, reap = 19, exit = 28, mask = 31; // counted in instructions, as branches are
        uint[] code =
        [
            Address(1, mask - 0),
            MoveImmediate(0, 0),        // SIG_BLOCK
            MoveImmediate(2, 0),
            MoveImmediate(3, 8),
            MoveImmediate(8, 135),      // rt_sigprocmask
            Supervise,
            Address(0, mask - wait),    // wait:
            MoveImmediate(1, 0),
            MoveImmediate(2, 0),
            MoveImmediate(3, 8),
            MoveImmediate(8, 137),      // rt_sigtimedwait
            Supervise,
            CompareImmediate(17),       // SIGCHLD
            BranchIf(Equal, reap - 13),
            CompareImmediate(15),       // SIGTERM
            BranchIf(Equal, exit - 15),
            CompareImmediate(2),        // SIGINT
            BranchIf(Equal, exit - 17),
            Branch(wait - 18),
            0x92800000,                 // reap: mov x0, -1
            MoveImmediate(1, 0),
            MoveImmediate(2, 1),        // WNOHANG
            MoveImmediate(3, 0),
            MoveImmediate(8, 260),      // wait4
            Supervise,
            CompareImmediate(0),
            BranchIf(Greater, reap - 26),
            Branch(wait - 27),
            MoveImmediate(0, 0),        // exit:
            MoveImmediate(8, 93),
            Supervise,
        ];
        return [.. Encode(code), .. Mask()];
    }

    private const uint Supervise = 0xd4000001;
    private const uint Equal = 0;
    private const uint Greater = 12;

    private static uint MoveImmediate(uint register, uint value) => 0xd2800000 | (value << 5) | register;
    private static uint CompareImmediate(uint value) => 0xf100001f | (value << 10);
    private static uint BranchIf(uint condition, int distance) => 0x54000000 | (((uint)distance & 0x7ffff) << 5) | condition;
    private static uint Branch(int distance) => 0x14000000 | ((uint)distance & 0x3ffffff);
    private static uint Address(uint register, int instructions) => 0x10000000 | (((uint)instructions & 0x7ffff) << 5) | register;

    private static byte[] Encode(uint[] instructions)
    {
        var bytes = new byte[instructions.Length * 4];
        for (var i = 0; i < instructions.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), instructions[i]);
        return bytes;
    }

    private static byte[] Mask()
    {
        var mask = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(mask, SignalMask);
        return mask;
    }
}
