// SPDX-License-Identifier: Apache-2.0
// Drives the SDK for Android and Kotlin, on a JVM where stand-ins for the classes of Android that it uses are there. See ../README.md.
import android.content.Context
import com.flagsmith.Flagsmith
import com.flagsmith.entities.Flag
import com.flagsmith.entities.Trait
import com.google.gson.GsonBuilder
import com.google.gson.JsonElement
import com.google.gson.JsonObject
import com.google.gson.JsonParser
import java.util.concurrent.CompletableFuture
import kotlin.system.exitProcess

// The SDK keeps its version to itself.
private const val VERSION = "1.9.0"

private val json = GsonBuilder().serializeNulls().create()

private fun <T> wait(call: ((Result<T>) -> Unit) -> Unit): T {
    val answer = CompletableFuture<T>()
    call { result -> result.fold(answer::complete, answer::completeExceptionally) }
    return answer.get()
}

private class Client(command: JsonObject) {
    private val follows = command["mode"].asString == "stream"
    private val counts = command["analytics"].asBoolean
    private val patience = command["request_seconds"].asLong
    private val sdk = Flagsmith(
        environmentKey = command["key"].asString,
        baseUrl = command["api"].asString,
        eventSourceBaseUrl = command["stream"].asString,
        context = Context(),
        enableAnalytics = counts,
        enableRealtimeUpdates = follows,
        requestTimeoutSeconds = patience,
        readTimeoutSeconds = patience,
        writeTimeoutSeconds = patience,
    )
    private var asked = false
    private var identity: String? = null
    private var answered = listOf<Flag>()
    private var toldThen = listOf<Flag>()

    // With a stream, what the SDK told last; it asks by itself after an event, for the identity that it was asked for.
    fun flags(command: JsonObject): List<Flag> {
        val wanted = command["identity"]?.asString
        if (!follows || !asked || wanted != identity) {
            answered = wait { sdk.getFeatureFlags(wanted, traits(command), command["transient"]?.asBoolean ?: false, it) }
            toldThen = sdk.flagUpdateFlow.value
            identity = wanted
            asked = true
        }
        val told = sdk.flagUpdateFlow.value
        val flags = if (told !== toldThen) told else answered
        // Only reading a single flag is counted, and asks the server.
        if (counts) flags.forEach { flag -> wait<Boolean> { sdk.hasFeatureFlag(flag.feature.name, wanted, it) } }
        return flags
    }

    private fun traits(command: JsonObject): List<Trait>? =
        command["traits"]?.asJsonObject?.entrySet()?.map { (key, value) -> trait(key, value) }?.ifEmpty { null }

    private fun trait(key: String, value: JsonElement): Trait {
        val known = value.asJsonPrimitive
        return when {
            known.isBoolean -> Trait(key, known.asBoolean)
            known.isString -> Trait(key, known.asString)
            '.' in known.asString -> Trait(key, known.asDouble)
            else -> Trait(key, known.asInt)
        }
    }
}

private val clients = HashMap<String, Client>()

private fun carryOut(command: JsonObject): Map<String, Any?> {
    val name = command["client"].asString
    return when (val wanted = command["do"].asString) {
        "open" -> {
            clients[name] = Client(command).also { it.flags(command) }
            mapOf()
        }
        "flags" -> mapOf("flags" to clients.getValue(name).flags(command).associate {
            it.feature.name to listOf(it.enabled, it.featureStateValue)
        })
        // The SDK has no call that ends its stream.
        "close" -> mapOf<String, Any?>().also { clients.remove(name) }
        else -> throw IllegalArgumentException("no command $wanted")
    }
}

fun main() {
    // Our output is the protocol; what libraries print goes where errors go.
    val answers = System.out
    System.setOut(System.err)
    answers.println(json.toJson(mapOf("started" to mapOf("kotlin" to VERSION))))
    generateSequence(::readLine).forEach { line ->
        val command = JsonParser.parseString(line).asJsonObject
        val fields = runCatching { carryOut(command) }.getOrElse { mapOf("error" to it.toString()) }
        answers.println(json.toJson(mapOf("id" to command["id"]) + fields))
    }
    // The SDK's threads would keep the process.
    exitProcess(0)
}
