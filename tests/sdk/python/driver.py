# SPDX-License-Identifier: Apache-2.0
"""Drives the SDK for Python. See ../README.md."""

import importlib.metadata
import json
import sys

try:
    from flagsmith import Flagsmith
except ModuleNotFoundError as missing:
    print(json.dumps({"absent": f"not installed: {missing.name}"}), flush=True)
    sys.exit(0)


def open_client(command: dict) -> Flagsmith:
    return Flagsmith(
        environment_key=command["key"],
        api_url=command["api"],
        realtime_api_url=command["stream"],
        enable_local_evaluation=command["mode"] != "remote",
        enable_realtime_updates=command["mode"] == "stream",
        environment_refresh_interval_seconds=command["refresh_seconds"],
        request_timeout_seconds=command["request_seconds"],
        enable_analytics=command["analytics"],
    )


def flags_of(client: Flagsmith, command: dict) -> dict:
    if "identity" in command:
        flags = client.get_identity_flags(command["identity"], command["traits"], transient=command["transient"])
    else:
        flags = client.get_environment_flags()
    # Through the calls that are counted.
    return {flag.feature_name: [flags.is_feature_enabled(flag.feature_name), flags.get_feature_value(flag.feature_name)]
            for flag in flags.all_flags()}


def stop(client: Flagsmith) -> None:
    for thread in ("event_stream_thread", "environment_data_polling_manager_thread"):
        if hasattr(client, thread):
            getattr(client, thread).stop()


def answer(clients: dict[str, Flagsmith], command: dict) -> dict:
    name = command["client"]
    match command["do"]:
        case "open":
            clients[name] = open_client(command)
            return {}
        case "flags":
            return {"flags": flags_of(clients[name], command)}
        case "close":
            stop(clients.pop(name))
            return {}
    raise ValueError(f"no command {command['do']}")


def main() -> None:
    clients: dict[str, Flagsmith] = {}
    print(json.dumps({"started": {"python": importlib.metadata.version("flagsmith")}}), flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        try:
            fields = answer(clients, command)
        except Exception as error:  # whatever the SDK raises is the test's to see
            fields = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps({"id": command["id"], **fields}), flush=True)


if __name__ == "__main__":
    main()
