using Microsoft.Extensions.DependencyInjection.Extensions;
using WorkflowLifecycle;
using WorkflowLifecycle.Sqlite;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps runs, kills, events and audit in a SQLite file.</summary>
public static class SqliteStoreExtensions
{
    /// <summary>Uses the SQLite file at <paramref name="path"/> as the store, in place of any other. See the overload with options.</summary>
    /// <exception cref="ArgumentException">The path is empty or has a NUL character.</exception>
    public static IWorkflowLifecycleBuilder UseSqliteStore(this IWorkflowLifecycleBuilder builder, string path) =>
        builder.UseSqliteStore(path, static _ => { });

    /// <summary>
    /// Uses the SQLite file at <paramref name="path"/> as the store, in place of any other. A relative path is taken from the current
    /// directory of this call. The file is made with mode 0600 when it is first opened, missing directories above it with 0700.
    /// A file that is there is never recreated and its mode never changed.
    /// </summary>
    /// <exception cref="ArgumentException">The path is empty or has a NUL character, or an option is out of range.</exception>
    public static IWorkflowLifecycleBuilder UseSqliteStore(
        this IWorkflowLifecycleBuilder builder, string path, Action<SqliteStoreOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(configure);
        SqliteStoreOptions options = new();
        configure(options);
        if (options.BusyTimeout <= TimeSpan.Zero || options.BusyTimeout > TimeSpan.FromHours(1))
        {
            throw new ArgumentOutOfRangeException(nameof(configure), options.BusyTimeout, "BusyTimeout is above 0 and at most 1 hour.");
        }

        string fullPath = Path.GetFullPath(path);
        builder.Services.RemoveAll<IProcessStore>();
        builder.Services.AddSingleton<IProcessStore>(services => new SqliteProcessStore(
            fullPath, options, services.GetService<TimeProvider>() ?? TimeProvider.System));
        return builder;
    }
}
