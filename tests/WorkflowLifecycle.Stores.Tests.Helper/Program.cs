using WorkflowLifecycle.Stores.Tests.Helper;

// Another process at the same file. Each verb says "ready" when it stands where the test wants it.
string verb = args[0];
string file = args[1];
return verb switch
{
    "open" => await OpenVerb.RunAsync(file),
    "hold" => await HoldVerb.RunAsync(file),
    "write" => await WriteVerb.RunAsync(file, Enum.Parse<WorkflowLifecycle.CommitDurability>(args[2])),
    "record" => await RecordVerb.RunAsync(file, Enum.Parse<WorkflowLifecycle.CommitDurability>(args[2]), int.Parse(args[3])),
    "crowd" => await CrowdVerb.RunAsync(file, int.Parse(args[2])),
    "increment" => await IncrementVerb.RunAsync(file, WorkflowLifecycle.RunId.Parse(args[2]), int.Parse(args[3])),
    "fill" => await FillVerb.RunAsync(file),
    _ => throw new ArgumentException($"No such verb: {verb}."),
};
