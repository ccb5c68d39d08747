# SPDX-License-Identifier: Apache-2.0
"""What has to be there before a request of the table of effects; each returns the names that the request uses."""

import itertools
from collections.abc import Callable

from harness.effects import Scene

PASSWORD = "Horse-Correct-7"
OPTION = {"type": "unicode", "string_value": "red", "default_percentage_allocation": 10}
PLAN_IS_MAX = [{"type": "ALL", "rules": [], "conditions": [
    {"property": "plan", "operator": "EQUAL", "value": "max"}]}]
NUMBERS = itertools.count(1)

Prepare = Callable[[Scene], dict]


def user(scene: Scene) -> dict:
    email = f"user{next(NUMBERS)}@flags.example"
    body = {"email": email, "password": PASSWORD, "first_name": "A", "last_name": "B"}
    return {"token": scene.admin.post("auth/users/", body)["key"]}


def master_key(scene: Scene) -> dict:
    made = scene.admin.post(f"organisations/{scene.organisation}/master-api-keys/", {"name": "ci"})
    return {"prefix": made["prefix"]}


def me(scene: Scene) -> dict:
    return {"me": scene.admin.get("auth/users/me/")["id"]}


def itself(scene: Scene) -> dict:
    """The caller, as a member."""
    return {"user": me(scene)["me"]}


def without_rights(path: str) -> Prepare:
    """Nobody was given anything there, not even who made it."""
    def prepare(scene: Scene) -> dict:
        place = path.format(**scene.names())
        for row in scene.admin.get(f"{place}user-permissions/"):
            scene.admin.delete(f"{place}user-permissions/{row['id']}/")
        return me(scene)
    return prepare


def given_rights(path: str) -> Prepare:
    def prepare(scene: Scene) -> dict:
        names = without_rights(path)(scene)
        place = path.format(**scene.names())
        return names | {"id": scene.admin.post(f"{place}user-permissions/", {"user": names["me"]})["id"]}
    return prepare


def tag(scene: Scene) -> dict:
    return {"tag": scene.admin.post(f"projects/{scene.project.id}/tags/", {"label": "beta"})["id"]}


def server_key(scene: Scene) -> dict:
    return {"id": scene.dev.make_server_key(name="ci")["id"]}


def owner(scene: Scene) -> dict:
    """Nobody owns the banner."""
    path = f"projects/{scene.project.id}/features/{scene.banner}/"
    owners = [one["id"] for one in scene.admin.get(path)["owners"]]
    scene.admin.call("POST", f"{path}remove-owners/", {"user_ids": owners}).expect(200)
    return me(scene)


def option(scene: Scene) -> dict:
    path = f"projects/{scene.project.id}/features/{scene.banner}/mv-options/"
    return {"option": scene.admin.post(path, OPTION)["id"]}


def option_of_all(scene: Scene) -> dict:
    """Which every identity gets."""
    names = option(scene)
    share = {"multivariate_feature_option": names["option"], "percentage_allocation": 100}
    scene.dev.set("banner", enabled=True, multivariate_feature_state_values=[share])
    return names


def segment(scene: Scene) -> dict:
    made = scene.project.make_segment(f"segment {next(NUMBERS)}", PLAN_IS_MAX)
    return {"segment": made["id"], "segment_name": made["name"]}


def link(scene: Scene) -> dict:
    """A feature segment without a state."""
    names = segment(scene)
    body = {"feature": scene.banner, "segment": names["segment"], "environment": scene.dev.id}
    return names | {"id": scene.admin.post("features/feature-segments/", body)["id"]}


def segment_override(scene: Scene) -> dict:
    """One more: the weaker of two."""
    names = segment(scene)
    made = scene.dev.override_for_segment(scene.banner, names["segment"], enabled=True, value="max")
    return names | {"id": made["feature_segment"]["id"], "state": made["id"]}


def state(scene: Scene) -> dict:
    return {"id": scene.dev.state_path("banner").split("/")[-2]}


def state_with_option(scene: Scene) -> dict:
    return state(scene) | option(scene)


def override(scene: Scene) -> dict:
    return {"id": scene.dev.override("alice", "banner", enabled=True, feature_state_value="hers")["id"]}


def second_identity(scene: Scene) -> dict:
    """Bob has an override and alice has none."""
    scene.dev.override("bob", "banner", enabled=False)
    return {"source": scene.dev.identity_id("bob")}


def identity_without_overrides(scene: Scene) -> dict:
    return {"source": scene.dev.identity_id("bob")} | override(scene)


def trait(scene: Scene) -> dict:
    """Her plan, by which a segment decides."""
    listed = scene.admin.get(f"{scene.dev.path}/identities/{scene.identity}/traits/")["results"]
    return {"id": next(one["id"] for one in listed if one["trait_key"] == "plan")}


def pro(scene: Scene) -> dict:
    """Her plan is pro, so the segment has her."""
    scene.dev.identify("alice", [{"trait_key": "plan", "trait_value": "pro"}])
    return trait(scene)


def export(strategy: str, *, same: bool) -> Prepare:
    """The features as they are, or the banner with another value, to be read back."""
    def prepare(scene: Scene) -> dict:
        made = scene.admin.post("features/create-feature-export/", {"environment_id": scene.dev.id, "tag_ids": []})
        file = scene.admin.call("GET", f"features/download-feature-export/{made['id']}/").expect(200).body.decode()
        if not same:
            scene.dev.set("banner", feature_state_value="changed since")
        return {"file": file, "strategy": strategy}
    return prepare
