namespace Tiphys.Api.Core.V1;

/// <summary>Signals that may stop a container.</summary>
public static class Signal
{
    /// <summary>Signal SIGABRT.</summary>
    public const string SIGABRT = "SIGABRT";

    /// <summary>Signal SIGALRM.</summary>
    public const string SIGALRM = "SIGALRM";

    /// <summary>Signal SIGBUS.</summary>
    public const string SIGBUS = "SIGBUS";

    /// <summary>Signal SIGCHLD.</summary>
    public const string SIGCHLD = "SIGCHLD";

    /// <summary>Signal SIGCLD.</summary>
    public const string SIGCLD = "SIGCLD";

    /// <summary>Signal SIGCONT.</summary>
    public const string SIGCONT = "SIGCONT";

    /// <summary>Signal SIGFPE.</summary>
    public const string SIGFPE = "SIGFPE";

    /// <summary>Signal SIGHUP.</summary>
    public const string SIGHUP = "SIGHUP";

    /// <summary>Signal SIGILL.</summary>
    public const string SIGILL = "SIGILL";

    /// <summary>Signal SIGINT.</summary>
    public const string SIGINT = "SIGINT";

    /// <summary>Signal SIGIO.</summary>
    public const string SIGIO = "SIGIO";

    /// <summary>Signal SIGIOT.</summary>
    public const string SIGIOT = "SIGIOT";

    /// <summary>Signal SIGKILL.</summary>
    public const string SIGKILL = "SIGKILL";

    /// <summary>Signal SIGPIPE.</summary>
    public const string SIGPIPE = "SIGPIPE";

    /// <summary>Signal SIGPOLL.</summary>
    public const string SIGPOLL = "SIGPOLL";

    /// <summary>Signal SIGPROF.</summary>
    public const string SIGPROF = "SIGPROF";

    /// <summary>Signal SIGPWR.</summary>
    public const string SIGPWR = "SIGPWR";

    /// <summary>Signal SIGQUIT.</summary>
    public const string SIGQUIT = "SIGQUIT";

    /// <summary>Signal SIGSEGV.</summary>
    public const string SIGSEGV = "SIGSEGV";

    /// <summary>Signal SIGSTKFLT.</summary>
    public const string SIGSTKFLT = "SIGSTKFLT";

    /// <summary>Signal SIGSTOP.</summary>
    public const string SIGSTOP = "SIGSTOP";

    /// <summary>Signal SIGSYS.</summary>
    public const string SIGSYS = "SIGSYS";

    /// <summary>Signal SIGTERM.</summary>
    public const string SIGTERM = "SIGTERM";

    /// <summary>Signal SIGTRAP.</summary>
    public const string SIGTRAP = "SIGTRAP";

    /// <summary>Signal SIGTSTP.</summary>
    public const string SIGTSTP = "SIGTSTP";

    /// <summary>Signal SIGTTIN.</summary>
    public const string SIGTTIN = "SIGTTIN";

    /// <summary>Signal SIGTTOU.</summary>
    public const string SIGTTOU = "SIGTTOU";

    /// <summary>Signal SIGURG.</summary>
    public const string SIGURG = "SIGURG";

    /// <summary>Signal SIGUSR1.</summary>
    public const string SIGUSR1 = "SIGUSR1";

    /// <summary>Signal SIGUSR2.</summary>
    public const string SIGUSR2 = "SIGUSR2";

    /// <summary>Signal SIGVTALRM.</summary>
    public const string SIGVTALRM = "SIGVTALRM";

    /// <summary>Signal SIGWINCH.</summary>
    public const string SIGWINCH = "SIGWINCH";

    /// <summary>Signal SIGXCPU.</summary>
    public const string SIGXCPU = "SIGXCPU";

    /// <summary>Signal SIGXFSZ.</summary>
    public const string SIGXFSZ = "SIGXFSZ";

    /// <summary>Signal SIGRTMIN.</summary>
    public const string SIGRTMIN = "SIGRTMIN";

    /// <summary>Signal SIGRTMIN+1.</summary>
    public const string SIGRTMINPLUS1 = "SIGRTMIN+1";

    /// <summary>Signal SIGRTMIN+2.</summary>
    public const string SIGRTMINPLUS2 = "SIGRTMIN+2";

    /// <summary>Signal SIGRTMIN+3.</summary>
    public const string SIGRTMINPLUS3 = "SIGRTMIN+3";

    /// <summary>Signal SIGRTMIN+4.</summary>
    public const string SIGRTMINPLUS4 = "SIGRTMIN+4";

    /// <summary>Signal SIGRTMIN+5.</summary>
    public const string SIGRTMINPLUS5 = "SIGRTMIN+5";

    /// <summary>Signal SIGRTMIN+6.</summary>
    public const string SIGRTMINPLUS6 = "SIGRTMIN+6";

    /// <summary>Signal SIGRTMIN+7.</summary>
    public const string SIGRTMINPLUS7 = "SIGRTMIN+7";

    /// <summary>Signal SIGRTMIN+8.</summary>
    public const string SIGRTMINPLUS8 = "SIGRTMIN+8";

    /// <summary>Signal SIGRTMIN+9.</summary>
    public const string SIGRTMINPLUS9 = "SIGRTMIN+9";

    /// <summary>Signal SIGRTMIN+10.</summary>
    public const string SIGRTMINPLUS10 = "SIGRTMIN+10";

    /// <summary>Signal SIGRTMIN+11.</summary>
    public const string SIGRTMINPLUS11 = "SIGRTMIN+11";

    /// <summary>Signal SIGRTMIN+12.</summary>
    public const string SIGRTMINPLUS12 = "SIGRTMIN+12";

    /// <summary>Signal SIGRTMIN+13.</summary>
    public const string SIGRTMINPLUS13 = "SIGRTMIN+13";

    /// <summary>Signal SIGRTMIN+14.</summary>
    public const string SIGRTMINPLUS14 = "SIGRTMIN+14";

    /// <summary>Signal SIGRTMIN+15.</summary>
    public const string SIGRTMINPLUS15 = "SIGRTMIN+15";

    /// <summary>Signal SIGRTMAX-14.</summary>
    public const string SIGRTMAXMINUS14 = "SIGRTMAX-14";

    /// <summary>Signal SIGRTMAX-13.</summary>
    public const string SIGRTMAXMINUS13 = "SIGRTMAX-13";

    /// <summary>Signal SIGRTMAX-12.</summary>
    public const string SIGRTMAXMINUS12 = "SIGRTMAX-12";

    /// <summary>Signal SIGRTMAX-11.</summary>
    public const string SIGRTMAXMINUS11 = "SIGRTMAX-11";

    /// <summary>Signal SIGRTMAX-10.</summary>
    public const string SIGRTMAXMINUS10 = "SIGRTMAX-10";

    /// <summary>Signal SIGRTMAX-9.</summary>
    public const string SIGRTMAXMINUS9 = "SIGRTMAX-9";

    /// <summary>Signal SIGRTMAX-8.</summary>
    public const string SIGRTMAXMINUS8 = "SIGRTMAX-8";

    /// <summary>Signal SIGRTMAX-7.</summary>
    public const string SIGRTMAXMINUS7 = "SIGRTMAX-7";

    /// <summary>Signal SIGRTMAX-6.</summary>
    public const string SIGRTMAXMINUS6 = "SIGRTMAX-6";

    /// <summary>Signal SIGRTMAX-5.</summary>
    public const string SIGRTMAXMINUS5 = "SIGRTMAX-5";

    /// <summary>Signal SIGRTMAX-4.</summary>
    public const string SIGRTMAXMINUS4 = "SIGRTMAX-4";

    /// <summary>Signal SIGRTMAX-3.</summary>
    public const string SIGRTMAXMINUS3 = "SIGRTMAX-3";

    /// <summary>Signal SIGRTMAX-2.</summary>
    public const string SIGRTMAXMINUS2 = "SIGRTMAX-2";

    /// <summary>Signal SIGRTMAX-1.</summary>
    public const string SIGRTMAXMINUS1 = "SIGRTMAX-1";

    /// <summary>Signal SIGRTMAX.</summary>
    public const string SIGRTMAX = "SIGRTMAX";
}
