# SPDX-License-Identifier: Apache-2.0
"""What an SDK sees of an environment that was moved to another server."""

import json

import pytest

from harness.admin import Admin, Environment
from harness.transfer import import_from

pytestmark = pytest.mark.sdk

IDENTITIES = [f"user-{number}" for number in range(60)] + ["alice"]


@pytest.mark.parametrize("local", [False, True])
def test_moved_by_document(make_server, tmp_path, local):
    """The SDK for Python gives every identity the same flags on both servers, asked and evaluated by itself."""
    flagsmith = pytest.importorskip("flagsmith")
    first = served_from(make_server, "first", tmp_path / "theirs.json", json.dumps(DOCUMENT).encode())
    second = served_from(make_server, "second", tmp_path / "ours.json", first.document().content)
    flags = flags_of(flagsmith, first, local)
    assert flags_of(flagsmith, second, local) == flags
    assert flags["alice"]["banner"] == (True, "hers")


def served_from(make_server, name: str, file, document: bytes) -> Environment:
    file.write_bytes(document)
    server = make_server(name=name, start=False, demo=False)
    import_from(file, server.data)
    server.start()
    return Environment(Admin(server.port), None, {"id": DOCUMENT["id"], "api_key": DOCUMENT["api_key"]})


def flags_of(flagsmith, environment: Environment, local: bool) -> dict:
    """By identity and feature."""
    client = flagsmith.Flagsmith(
        environment_key=environment.server_key if local else environment.key,
        api_url=f"http://127.0.0.1:{environment.port}/api/v1/", enable_local_evaluation=local,
        environment_refresh_interval_seconds=3600)
    try:
        return {identity: {flag.feature_name: (flag.enabled, flag.value)
                           for flag in client.get_identity_flags(identity).all_flags()} for identity in IDENTITIES}
    finally:
        if local:
            client.environment_data_polling_manager_thread.stop()


def state(feature: dict, seed: int, value, variants=(), priority: int | None = None, enabled: bool = True) -> dict:
    return {"feature": feature, "enabled": enabled, "django_id": seed, "feature_state_value": value,
            "feature_segment": None if priority is None else {"priority": priority},
            "featurestate_uuid": f"00000000-0000-4000-8000-{seed:012}",
            "multivariate_feature_state_values": list(variants)}


BANNER = {"id": 2, "name": "banner", "type": "STANDARD"}
BUTTON = {"id": 4, "name": "button", "type": "MULTIVARIATE"}
# Ids of a busy installation, a percentage split and variants: all that is hashed.
DOCUMENT = {
    "id": 83, "api_key": "Hq7uZr2mWkC4sXv9Tn3bYd", "name": "Production", "updated_at": "2026-05-01T09:30:00.125+00:00",
    "hide_disabled_flags": None, "hide_sensitive_data": False, "allow_client_traits": True,
    "use_identity_composite_key_for_hashing": True, "use_identity_overrides_in_local_eval": True,
    "project": {
        "id": 31, "name": "Shop", "hide_disabled_flags": False, "enable_realtime_updates": True,
        "server_key_only_feature_ids": [],
        "organisation": {"id": 17, "name": "Acme", "feature_analytics": False, "stop_serving_flags": False,
                         "persist_trait_data": True},
        "segments": [{
            "id": 555, "name": "some", "rules": [{"type": "ALL", "conditions": [], "rules": [
                {"type": "ANY", "rules": [], "conditions": [
                    {"operator": "PERCENTAGE_SPLIT", "property_": None, "value": "40"}]}]}],
            "feature_states": [state(BANNER, 9041, "some", priority=0)]}]},
    "feature_states": [
        state(BANNER, 9012, None, enabled=False),
        state(BUTTON, 9014, "grey", [
            {"id": 31, "mv_fs_value_uuid": "00000000-0000-4000-9000-000000000031", "percentage_allocation": 35.0,
             "multivariate_feature_option": {"id": 8, "value": "red", "key": "red-arm"}}])],
    "identity_overrides": [{
        "identifier": "alice", "environment_api_key": "Hq7uZr2mWkC4sXv9Tn3bYd", "identity_traits": [],
        "created_date": "2026-04-01T00:00:00+00:00", "identity_uuid": "00000000-0000-4000-a000-000000000001",
        "composite_key": "Hq7uZr2mWkC4sXv9Tn3bYd_alice", "dashboard_alias": None, "django_id": 77,
        "identity_features": [state(BANNER, 9090, "hers")]}]}
