using WorkflowLifecycle.Processes.Tests.Helper;

// What only a process in namespaces of its own can do: give a PID to whom it likes, or live by another clock.
return args[0] switch
{
    "reuse" => await ReuseVerb.RunAsync(args[1] == "end", args[2], Enum.Parse<WorkflowLifecycle.Processes.Linux.Ending.EndingStep>(args[3])),
    "session" => await SessionVerb.RunAsync(),
    "tick" => TickVerb.Run(),
    "sections" => await SectionsVerb.RunAsync(),
    "overlay" => await SectionsVerb.OverlayAsync(),
    "abandon" => await SectionsVerb.AbandonAsync(),
    "birthless" => await BirthlessVerb.RunAsync(),
    "creator" => await CreatorVerb.RunAsync(),
    "swap" => SwapVerb.Run(),
    "away" => AwayVerb.Run(),
    "bind" => BindVerb.Run(),
    "bound" => await BoundVerb.RunAsync(args[1], args[2], args[3]),
    "alias" => AliasVerb.Run(args[1]),
    "unmount" => UnmountVerb.Run(args[1]),
    "mounts" => MountsVerb.Run(args[1], args[2]),
    "remove-closed" => RemoveClosedVerb.Run(args[1]),
    "temp-cleaner" => await TempCleanerVerb.RunAsync(args[1]),
    "archive-full" => await ArchiveFullVerb.RunAsync(args[1]),
    "socket" => await SocketVerb.RunAsync(int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture), args[2]),
    "unseen" => await UnseenVerb.RunAsync(args[1]),
    "look" => LookVerb.Run(args[1]),
    _ => throw new ArgumentException($"No such verb: {args[0]}."),
};
