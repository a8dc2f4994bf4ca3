using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace WorkflowLifecycle.AspNetCore.Tests.HealthChecks;

/// <summary>A web host on a port of the loopback with a store and a runtime directory of its own, and a client to ask it.</summary>
internal sealed class WebRoom : IAsyncDisposable
{
    private const string All = "/health";
    private const string Told = "/health/told";

    private readonly HttpClient _client = new();
    private readonly WebApplication _host;

    private WebRoom(DirectoryInfo directory, WebApplication host)
    {
        Directory = directory.FullName;
        _host = host;
    }

    public string Directory { get; }

    public string StoreFile => StoreIn(Directory);

    public IServiceProvider Services => _host.Services;

    public static async Task<WebRoom> StartAsync(Action<IServiceCollection, string> add)
    {
        DirectoryInfo directory = System.IO.Directory.CreateTempSubdirectory("wfl-web-");
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        add(builder.Services, directory.FullName);
        WebApplication host = builder.Build();
        host.MapHealthChecks(All);
        host.MapHealthChecks(Told, new HealthCheckOptions { ResponseWriter = WriteAsync });
        await host.StartAsync();
        return new WebRoom(directory, host);
    }

    public static void AddEngine(IServiceCollection services, string directory, Action<WorkflowLifecycleOptions>? configure = null) =>
        services.AddWorkflowLifecycle(options =>
        {
            options.RuntimeDirectory = Path.Combine(directory, "run");
            configure?.Invoke(options);
        }).UseSqliteStore(StoreIn(directory));

    /// <summary>The code and the word that a balancer sees.</summary>
    public async Task<(HttpStatusCode Code, string Word)> AskAsync()
    {
        using HttpResponseMessage answer = await _client.GetAsync(new Uri(_host.Urls.Single() + All), Xunit.TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Xunit.TestContext.Current.CancellationToken));
    }

    /// <summary>The one entry with its data.</summary>
    public async Task<JsonElement> ReadAsync()
    {
        using HttpResponseMessage answer = await _client.GetAsync(new Uri(_host.Urls.Single() + Told), Xunit.TestContext.Current.CancellationToken);
        using JsonDocument document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Xunit.TestContext.Current.CancellationToken));
        return document.RootElement.Clone();
    }

    /// <summary>Asks until the answer is that word.</summary>
    public async Task<HttpStatusCode> WaitForAsync(string word)
    {
        while (true)
        {
            (HttpStatusCode code, string said) = await AskAsync();
            if (said == word)
            {
                return code;
            }

            await Task.Delay(100, Xunit.TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await _host.DisposeAsync();
        _client.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private static string StoreIn(string directory) => Path.Combine(directory, "runs.db");

    private static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(report.Entries.Select(entry => new
    {
        Name = entry.Key,
        Status = entry.Value.Status.ToString(),
        entry.Value.Description,
        entry.Value.Tags,
        entry.Value.Data,
    }).Single());
}
