using System.Diagnostics;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.RealPrograms;

/// <summary>A PostgreSQL server of a test's own, on a socket in its directory. It refuses to run as root, so root runs it as nobody.</summary>
internal sealed class PostgreSqlServer
{
    public const string Ready = "LOG:  database system is ready to accept connections";

    private const string Nobody = "65534";

    private readonly string _programs;
    private readonly string _directory;

    private PostgreSqlServer(string programs, string directory)
    {
        _programs = programs;
        _directory = directory;
    }

    public string Data => Path.Combine(_directory, "data");

    /// <summary>Makes its files; skips the test where PostgreSQL is missing.</summary>
    public static async Task<PostgreSqlServer> CreateAsync(string directory)
    {
        string? programs = Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).FirstOrDefault(path => File.Exists(Path.Combine(path, "initdb")))
            : null;
        Assert.SkipWhen(programs is null, "No PostgreSQL server on this machine.");
        PostgreSqlServer server = new(programs, directory);
        Directory.CreateDirectory(server.Data);
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync(["chown", $"{Nobody}:{Nobody}", directory, server.Data], directory);
        }

        await RunAsync(server.Command("initdb", "--no-sync", "--no-locale", "-E", "UTF8", "-A", "trust", "-U", "test", "-D", server.Data), directory);
        return server;
    }

    /// <summary>One of its programs, as the user that owns its files.</summary>
    public IReadOnlyList<string> Command(string program, params IReadOnlyList<string> arguments)
    {
        IReadOnlyList<string> command = [Path.Combine(_programs, program), .. arguments];
        return Environment.IsPrivilegedProcess ? ["setpriv", "--reuid", Nobody, "--regid", Nobody, "--clear-groups", .. command] : command;
    }

    /// <summary>The server in the foreground, its log on standard error.</summary>
    public LaunchRequest Request(TerminationLadder ladder)
    {
        IReadOnlyList<string> command = Command("postgres", "-D", Data, "-k", _directory, "-c", "listen_addresses=", "-c", "log_line_prefix=");
        return new LaunchRequest(command[0], [.. command.Skip(1)]) { WorkingDirectory = _directory, Termination = ladder };
    }

    public IReadOnlyList<string> Psql(string sql) => Command("psql", "-h", _directory, "-U", "test", "-d", "postgres", "-At", "-c", sql);

    public Task<string> QueryAsync(string sql) => RunAsync(Psql(sql), _directory);

    private static async Task<string> RunAsync(IReadOnlyList<string> command, string directory)
    {
        ProcessStartInfo start = new(command[0], command.Skip(1)) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? (await output).Trim() : throw new InvalidOperationException($"{string.Join(' ', command)}: {process.ExitCode}\n{await output}{await error}");
    }
}
