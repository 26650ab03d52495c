namespace Tiphys.Kubectl.CommandLine;

/// <summary>
/// The flags of a command line, read as pflag reads them: long and short names, joined short flags (<c>-it</c>), values after a
/// space, after <c>=</c> or, for short flags, directly behind; flags and arguments mixed; <c>--</c> ends the flags.
/// </summary>
internal sealed class FlagSet
{
    private readonly Dictionary<string, Flag> _long = new(StringComparer.Ordinal);
    private readonly Dictionary<char, Flag> _short = [];

    public IEnumerable<Flag> All => _long.Values;

    public T Add<T>(T flag) where T : Flag
    {
        _long[flag.Name] = flag;
        if (flag.Shorthand is { } letter) _short[letter] = flag;
        return flag;
    }

    public Flag<string> String(string name, char? shorthand, string value, string usage, string? bare = null) => Add(new Flag<string>(name, shorthand, value, usage, FlagValues.Text) { Bare = bare });

    public Flag<bool> Bool(string name, char? shorthand, bool value, string usage) => Add(new Flag<bool>(name, shorthand, value, usage, FlagValues.Boolean) { Bare = "true" });

    public Flag<long> Int(string name, char? shorthand, long value, string usage) => Add(new Flag<long>(name, shorthand, value, usage, FlagValues.Integer));

    public Flag<TimeSpan> Duration(string name, char? shorthand, TimeSpan value, string usage) => Add(new Flag<TimeSpan>(name, shorthand, value, usage, FlagValues.Duration));

    public ListFlag Slice(string name, char? shorthand, string usage) => Add(new ListFlag(name, shorthand, usage, split: true));

    public ListFlag Array(string name, char? shorthand, string usage) => Add(new ListFlag(name, shorthand, usage, split: false));

    public void AddAll(FlagSet other)
    {
        foreach (var flag in other.All) Add(flag);
    }

    public Flag? Find(string name) => _long.GetValueOrDefault(name);

    /// <summary>Whether a flag as written (<c>--name</c> or <c>-n</c>) takes its value from the next argument. Unknown flags do, for all one knows.</summary>
    public bool TakesNext(string argument)
    {
        if (argument.Contains('=', StringComparison.Ordinal)) return false;
        if (argument.StartsWith("--", StringComparison.Ordinal)) return _long.GetValueOrDefault(argument[2..])?.Bare is null;
        return argument.Length == 2 && _short.GetValueOrDefault(argument[1])?.Bare is null;
    }

    /// <summary>Reads a command line.</summary>
    /// <exception cref="FlagException">A flag is unknown, lacks its value or has a wrong one.</exception>
    public ParsedArguments Parse(IReadOnlyList<string> line)
    {
        var arguments = new List<string>();
        for (var i = 0; i < line.Count; i++)
        {
            var item = line[i];
            if (item == "--")
            {
                var dash = arguments.Count;
                arguments.AddRange(line.Skip(i + 1));
                return new ParsedArguments(arguments, dash);
            }

            if (item.Length < 2 || item[0] != '-') arguments.Add(item);
            else if (item[1] == '-') Long(item, line, ref i);
            else Short(item, line, ref i);
        }

        return new ParsedArguments(arguments, -1);
    }

    private void Long(string item, IReadOnlyList<string> line, ref int i)
    {
        var name = item[2..];
        if (name[0] is '-' or '=') throw new FlagException($"bad flag syntax: {item}");
        var equals = name.IndexOf('=', StringComparison.Ordinal);
        var value = equals < 0 ? null : name[(equals + 1)..];
        if (equals >= 0) name = name[..equals];
        if (!_long.TryGetValue(name, out var flag)) throw name == "help" ? new HelpRequest() : new FlagException($"unknown flag: --{name}");
        if (value is null && flag.Bare is null) value = ++i < line.Count ? line[i] : throw new FlagException($"flag needs an argument: {item}");
        flag.Set(value ?? flag.Bare!);
    }

    private void Short(string item, IReadOnlyList<string> line, ref int i)
    {
        for (var letters = item[1..]; letters.Length > 0;)
        {
            if (!_short.TryGetValue(letters[0], out var flag)) throw letters[0] == 'h' ? new HelpRequest() : new FlagException($"unknown shorthand flag: '{letters[0]}' in -{letters}");
            if (letters.Length > 2 && letters[1] == '=')
            {
                flag.Set(letters[2..]);
                return;
            }

            if (flag.Bare is null)
            {
                flag.Set(letters.Length > 1 ? letters[1..] : ++i < line.Count ? line[i] : throw new FlagException($"flag needs an argument: '{letters[0]}' in -{letters}"));
                return;
            }

            flag.Set(flag.Bare);
            letters = letters[1..];
        }
    }
}

/// <summary>What is left of a command line without its flags.</summary>
/// <param name="Arguments">The arguments in order.</param>
/// <param name="BeforeDash">How many came before <c>--</c>; -1 without one.</param>
internal sealed record ParsedArguments(IReadOnlyList<string> Arguments, int BeforeDash);

/// <summary>A command line that does not fit its command's flags.</summary>
internal sealed class FlagException(string message) : Exception(message);

/// <summary><c>-h</c> or <c>--help</c> was given.</summary>
internal sealed class HelpRequest : Exception;
