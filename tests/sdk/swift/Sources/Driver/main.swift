// SPDX-License-Identifier: Apache-2.0
// Drives the SDK for iOS and Swift. See ../../../README.md. The SDK is one shared object, so this serves one client at
// a time; its flags are asked of the server, in real time too.
import FlagsmithClient
import Foundation

struct Failure: Error, CustomStringConvertible {
    let description: String
}

func say(_ message: [String: Any]) throws {
    let data = try JSONSerialization.data(withJSONObject: message)
    FileHandle.standardOutput.write(data + Data("\n".utf8))
}

func open(_ command: [String: Any]) throws {
    guard let key = command["key"] as? String, let api = URL(string: command["api"] as? String ?? ""),
          let stream = URL(string: command["stream"] as? String ?? "")
    else { throw Failure(description: "open needs key, api and stream") }
    let flagsmith = Flagsmith.shared
    flagsmith.apiKey = key
    flagsmith.baseURL = api
    flagsmith.eventSourceBaseURL = stream
    flagsmith.enableAnalytics = command["analytics"] as? Bool ?? false
    flagsmith.enableRealtimeUpdates = command["mode"] as? String == "stream"
}

func typed(_ value: Any) -> TypedValue {
    switch value {
    // The type of its C value tells a boolean from a number, on every system.
    case let number as NSNumber where String(cString: number.objCType) == "c": return .bool(number.boolValue)
    case let number as NSNumber where number.stringValue.contains("."): return .float(number.floatValue)
    case let number as NSNumber: return .int(number.intValue)
    default: return .string(String(describing: value))
    }
}

func plain(_ value: TypedValue) -> Any {
    switch value {
    case let .bool(known): return known
    case let .float(known): return known
    case let .int(known): return known
    case let .string(known): return known
    case .null: return NSNull()
    }
}

func flags(_ command: [String: Any]) async throws -> [String: Any] {
    let traits = (command["traits"] as? [String: Any] ?? [:]).map { Trait(key: $0.key, value: typed($0.value)) }
    let found: [Flag] = try await withCheckedThrowingContinuation { continuation in
        Flagsmith.shared.getFeatureFlags(
            forIdentity: command["identity"] as? String, traits: traits.isEmpty ? nil : traits,
            transient: command["transient"] as? Bool ?? false) { continuation.resume(with: $0) }
    }
    return Dictionary(uniqueKeysWithValues: found.map { ($0.feature.name, [$0.enabled, plain($0.value)] as [Any]) })
}

func answer(_ command: [String: Any]) async throws -> [String: Any] {
    switch command["do"] as? String {
    case "open":
        try open(command)
        return [:]
    case "flags":
        return ["flags": try await flags(command)]
    case "close":
        Flagsmith.shared.enableRealtimeUpdates = false
        return [:]
    default:
        throw Failure(description: "no command \(command["do"] ?? "")")
    }
}

try say(["started": ["swift": "3.10.0"]])
while let line = readLine() {
    let command = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
    var told: [String: Any]
    do {
        told = try await answer(command)
    } catch {
        told = ["error": String(describing: error)]
    }
    told["id"] = command["id"]
    try say(told)
}
