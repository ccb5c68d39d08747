// SPDX-License-Identifier: Apache-2.0
// Drives the SDK for .NET. See ../README.md.
using System.Text.Json;
using System.Text.Json.Nodes;
using Flagsmith;

var clients = new Dictionary<string, FlagsmithClient>();
Say(new JsonObject { ["started"] = new JsonObject { ["dotnet"] = Version() } });
for (var line = Console.ReadLine(); line != null; line = Console.ReadLine())
{
    var command = JsonNode.Parse(line)!;
    JsonObject answer;
    try
    {
        answer = await Answer(command);
    }
    catch (Exception error)
    {
        answer = new JsonObject { ["error"] = error.ToString() };
    }
    answer["id"] = command["id"]!.DeepClone();
    Say(answer);
}
// The SDK's timers would keep the process.
Environment.Exit(0);

static void Say(JsonObject message) => Console.WriteLine(message.ToJsonString());

static string Version() => typeof(FlagsmithClient).Assembly.GetName().Version?.ToString(3) ?? "unknown";

async Task<JsonObject> Answer(JsonNode command)
{
    var name = (string)command["client"]!;
    switch ((string)command["do"]!)
    {
        case "open":
            clients[name] = Open(command);
            return new JsonObject();
        case "flags":
            return new JsonObject { ["flags"] = await Told(await FlagsOf(clients[name], command)) };
        case "close":
            // The SDK has no call that ends its polling.
            clients.Remove(name);
            return new JsonObject();
        default:
            throw new ArgumentException($"no command {command["do"]}");
    }
}

static FlagsmithClient Open(JsonNode command) => new(new FlagsmithConfiguration
{
    EnvironmentKey = (string)command["key"]!,
    ApiUri = new Uri((string)command["api"]!),
    EnableLocalEvaluation = (string)command["mode"]! == "local",
    EnvironmentRefreshInterval = TimeSpan.FromSeconds((int)command["refresh_seconds"]!),
    RequestTimeout = (double)command["request_seconds"]!,
    EnableAnalytics = (bool)command["analytics"]!,
});

static Task<IFlags> FlagsOf(FlagsmithClient client, JsonNode command)
{
    if (command["identity"] is not { } identity)
    {
        return client.GetEnvironmentFlags();
    }
    var traits = command["traits"]!.AsObject().Select(pair => (ITrait)new Trait(pair.Key, Plain(pair.Value!))).ToList();
    return client.GetIdentityFlags((string)identity!, traits, (bool)command["transient"]!);
}

static object Plain(JsonNode value) => value.GetValueKind() switch
{
    JsonValueKind.True or JsonValueKind.False => (bool)value,
    JsonValueKind.Number when value.ToJsonString().Contains('.') => (double)value,
    JsonValueKind.Number => (int)value,
    _ => (string)value!,
};

// Through the calls that are counted.
static async Task<JsonObject> Told(IFlags flags)
{
    var told = new JsonObject();
    foreach (var flag in flags.AllFlags())
    {
        var name = flag.GetFeatureName();
        told[name] = new JsonArray(await flags.IsFeatureEnabled(name), await flags.GetFeatureValue(name));
    }
    return told;
}
