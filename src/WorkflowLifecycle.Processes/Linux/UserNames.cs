using System.Globalization;

namespace WorkflowLifecycle.Processes.Linux;

/// <summary>
/// The name of the user that this process runs as. It is for messages; the number is the authority. So whoever asks for a kill is known by the
/// number also where no file of names can be opened any more.
/// </summary>
internal static class UserNames
{
    private static KeyValuePair<uint, string>? _known;
    private static readonly Lock _lock = new();

    public static string Of(uint user)
    {
        lock (_lock)
        {
            if (_known is { } known && known.Key == user)
            {
                return known.Value;
            }

            try
            {
                _known = new(user, Environment.UserName);
                return _known.Value.Value;
            }
            catch (IOException)
            {
                return user.ToString(CultureInfo.InvariantCulture);
            }
        }
    }
}
