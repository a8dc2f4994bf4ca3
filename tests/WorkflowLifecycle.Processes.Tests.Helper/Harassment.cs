namespace WorkflowLifecycle.Processes.Tests.Helper;

/// <summary>Does the same to two paths without a pause. Which two is told line by line; at the end it says how often it came off.</summary>
internal static class Harassment
{
    private static string? _next;

    public static int Run(Func<string, string, bool> attack)
    {
        Console.WriteLine("ready");
        Thread reader = new(Read) { IsBackground = true };
        reader.Start();
        int successes = 0;
        string told = string.Empty;
        (string directory, string other) = (string.Empty, string.Empty);
        while (Volatile.Read(ref _next) is not "end")
        {
            string? next = Volatile.Read(ref _next);
            bool isNew = next is not (null or "end") && next != told;
            if (isNew)
            {
                told = next!;
                string[] parts = told.Split('\t');
                (directory, other) = (parts[0], parts[1]);
            }

            if (told.Length > 0)
            {
                successes += attack(directory, other) ? 1 : 0;
            }

            if (isNew)
            {
                Console.WriteLine("at it");
            }
        }

        Console.WriteLine(successes);
        return 0;
    }

    private static void Read()
    {
        while (Console.ReadLine() is { } line)
        {
            Volatile.Write(ref _next, line);
        }

        Volatile.Write(ref _next, "end");
    }
}
