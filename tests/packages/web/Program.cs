WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Services.AddWorkflowLifecycle().UseSqliteStore(args[0]);
builder.Services.AddHealthChecks().AddWorkflowLifecycle();
await using WebApplication host = builder.Build();
host.MapHealthChecks("/health");
await host.StartAsync();

using HttpClient client = new();
string answer = await client.GetStringAsync(new Uri(host.Urls.Single() + "/health"));
Console.WriteLine("health: " + answer);
await host.StopAsync();
return answer == "Healthy" ? 0 : 1;
