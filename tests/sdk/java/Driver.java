// SPDX-License-Identifier: Apache-2.0
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.flagsmith.FlagsmithClient;
import com.flagsmith.config.FlagsmithConfig;
import com.flagsmith.models.BaseFlag;
import com.flagsmith.models.Flags;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;

/** Drives the SDK for Java. See ../README.md. */
public final class Driver {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, FlagsmithClient> clients = new HashMap<>();

  public static void main(String[] arguments) throws Exception {
    // Our output is the protocol; what libraries print goes where errors go.
    PrintStream answers = System.out;
    System.setOut(System.err);
    ObjectNode hello = JSON.createObjectNode();
    hello.putObject("started").put("java", version());
    answers.println(hello);
    Driver driver = new Driver();
    BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      JsonNode command = JSON.readTree(line);
      ObjectNode answer = JSON.createObjectNode().set("id", command.get("id"));
      try {
        driver.answer(command, answer);
      } catch (Exception error) {
        answer.put("error", error.toString());
      }
      answers.println(answer);
    }
    // The SDK's threads would keep the process.
    System.exit(0);
  }

  private static String version() throws Exception {
    String jar = FlagsmithClient.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    return jar.replaceFirst(".*flagsmith-java-client-", "").replaceFirst("\\.jar$", "");
  }

  private void answer(JsonNode command, ObjectNode answer) throws Exception {
    String name = command.get("client").asText();
    switch (command.get("do").asText()) {
      case "open" -> clients.put(name, open(command));
      case "flags" -> answer.set("flags", told(flags(clients.get(name), command)));
      case "close" -> clients.remove(name).close();
      default -> throw new IllegalArgumentException("no command " + command.get("do"));
    }
  }

  private static FlagsmithClient open(JsonNode command) {
    int patience = command.get("request_seconds").asInt() * 1000;
    FlagsmithConfig configuration = FlagsmithConfig.newBuilder()
        .baseUri(command.get("api").asText())
        .withLocalEvaluation(command.get("mode").asText().equals("local"))
        .withEnvironmentRefreshIntervalSeconds(command.get("refresh_seconds").asInt())
        .connectTimeout(patience)
        .writeTimeout(patience)
        .readTimeout(patience)
        .withEnableAnalytics(command.get("analytics").asBoolean())
        .build();
    return FlagsmithClient.newBuilder()
        .setApiKey(command.get("key").asText())
        .withConfiguration(configuration)
        .build();
  }

  private static Flags flags(FlagsmithClient client, JsonNode command) throws Exception {
    if (!command.has("identity")) {
      return client.getEnvironmentFlags();
    }
    Map<String, Object> traits = JSON.convertValue(command.get("traits"), new TypeReference<>() {});
    return client.getIdentityFlags(command.get("identity").asText(), traits, command.get("transient").asBoolean());
  }

  /** Through the calls that are counted. */
  private static ObjectNode told(Flags flags) throws Exception {
    ObjectNode told = JSON.createObjectNode();
    for (BaseFlag flag : flags.getAllFlags()) {
      String name = flag.getFeatureName();
      ArrayNode pair = told.putArray(name);
      pair.add(flags.isFeatureEnabled(name));
      pair.add(JSON.<JsonNode>valueToTree(flags.getFeatureValue(name)));
    }
    return told;
  }
}
