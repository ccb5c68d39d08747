# SPDX-License-Identifier: Apache-2.0
"""The evaluation vectors of spec/vectors through a real server: the segments of a case become segments of a project, each
overriding a feature of its own, its features become features, and its identity asks. What a server cannot hold is listed,
case by case, with the reason."""

import json
import pathlib
import re
from collections.abc import Iterator

import pytest

from harness.admin import Admin, Environment, Project

pytestmark = pytest.mark.admin

VECTORS = pathlib.Path(__file__).resolve().parents[2] / "spec/vectors"
# Percentage splits hash the id of their segment, so these are made in a project whose segment has the id they name.
SPLIT_SEGMENT = 7
INT64_MAX = 2**63 - 1


def cases() -> list[dict]:
    files = [json.loads(file.read_text()) for file in sorted(VECTORS.glob("*.json"))]
    return [case for file in files for case in file["cases"]]


def rules_in(rules: list[dict]) -> Iterator[dict]:
    for rule in rules:
        yield rule
        yield from rules_in(rule.get("rules", []))


def conditions_of(case: dict) -> Iterator[dict]:
    for segment in case["context"].get("segments", {}).values():
        for rule in rules_in(segment["rules"]):
            yield from rule.get("conditions", [])


def depth(rules: list[dict]) -> int:
    return 1 + max((depth(rule.get("rules", [])) for rule in rules), default=0) if rules else 0


def is_split(case: dict) -> bool:
    return any(condition["operator"] == "PERCENTAGE_SPLIT" for condition in conditions_of(case))


def overrides_of(case: dict) -> Iterator[dict]:
    for segment in case["context"].get("segments", {}).values():
        yield from segment.get("overrides", [])


def reads_identity_key(case: dict) -> bool:
    return any(condition["operator"] == "PERCENTAGE_SPLIT" and not condition.get("property")
               or re.search(r"identity\.key|\.\.|\*", condition.get("property") or "")
               for condition in conditions_of(case))


def is_refused(case: dict) -> bool:
    """Whether the management API does not take such a condition in the first place."""
    def bad(condition: dict) -> bool:
        value = condition.get("value") or ""
        match condition["operator"]:
            case "PERCENTAGE_SPLIT":
                return not re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", value)
            case "MODULO":
                return not re.fullmatch(r"[^|]+\|[^|]+", value) or not all(map(is_number, value.split("|")))
            case "REGEX":
                return not is_regex(value)
        return False

    return any(bad(condition) for condition in conditions_of(case))


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def is_regex(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


def why_not_held(case: dict) -> str | None:
    """Why a server cannot hold the case; None if it can."""
    context = case["context"]
    identity = context.get("identity")
    features = list(context.get("features", {}).values())
    segments = list(context.get("segments", {}).values())
    if not identity:
        return "without an identity segments are not looked at"
    if "key" in identity and reads_identity_key(case) and not is_refused(case):
        return "an identity's key is made by the server"
    if not identity["identifier"]:
        return "an identity without identifier is given one"
    if any(depth(segment["rules"]) > 2 for segment in segments):
        return "rules have two levels at most"
    if any(not segment["rules"] for segment in segments):
        return "a segment has a rule at least"
    if any(isinstance(condition.get("value"), list) for condition in conditions_of(case)):
        return "a condition's value is text"
    if any(not isinstance(value, (str, int, float, bool)) for value in identity.get("traits", {}).values()):
        return "a trait has a value"
    if any(type(value) is int and abs(value) > INT64_MAX for value in identity.get("traits", {}).values()):
        return "integers of traits have 64 bits"
    if any(feature.get("variants") for feature in [*features, *overrides_of(case)]):
        return "variants are chosen by the id of a state, which the server gives"
    if any(isinstance(feature["value"], float) for feature in [*features, *overrides_of(case)]):
        return "a feature's value is no float"
    if is_split(case) and [segment["key"] for segment in segments] != [str(SPLIT_SEGMENT)]:
        return "a split hashes the id of its segment, which the server gives"
    if len({override["name"] for override in overrides_of(case)} - {feature["name"] for feature in features}) > 0:
        return "there is no override without a feature"
    if any(condition.get("property", "").startswith("$.segments") for condition in conditions_of(case)):
        return "segments are not looked up while they are matched"
    return None


class Held:
    """One case in a project. Each segment overrides a probe, which is on for those who are in it."""

    def __init__(self, project: Project, case: dict, segment: dict | None = None):
        self._project = project
        self._admin = project.admin
        self._case = case
        self._context = case["context"]
        self.environment: Environment = project.make_environment(
            name=self._context["environment"]["name"], api_key=self._context["environment"]["key"])
        self._features = {feature["name"]: project.make_feature(feature["name"], feature["enabled"])["id"]
                          for feature in self._context.get("features", {}).values()}
        for feature in self._context.get("features", {}).values():
            self.environment.set(feature["name"], feature_state_value=feature["value"])
        self._probes = {}
        for number, wanted in enumerate(self._context.get("segments", {}).values()):
            made = segment or project.make_segment(wanted["name"], wanted["rules"])
            probe = f"probe {number}"
            self._probes[probe] = wanted
            feature = project.make_feature(probe)["id"]
            self.environment.override_for_segment(feature, made["id"], enabled=True)
        self._override()

    def _override(self) -> None:
        """The case's own overrides, strongest first, so that each goes behind the one before."""
        segments = self._admin.get(f"projects/{self._project.id}/segments/")["results"]
        ids = {segment["name"]: segment["id"] for segment in segments}
        wanted = [(override.get("priority", float("inf")), number, segment, override)
                  for number, segment in enumerate(self._context.get("segments", {}).values())
                  for override in segment.get("overrides", [])]
        for _priority, _number, segment, override in sorted(wanted, key=lambda one: one[:2]):
            self.environment.override_for_segment(self._features[override["name"]], ids[segment["name"]],
                                                  enabled=override["enabled"], value=override["value"])

    def ask(self) -> dict:
        identity = self._context["identity"]
        traits = [{"trait_key": key, "trait_value": value} for key, value in identity.get("traits", {}).items()]
        return self.environment.identify(identity["identifier"], traits, transient=True).json()

    def check(self) -> None:
        flags = {flag["feature"]["name"]: flag for flag in self.ask()["flags"]}
        matched = [wanted["name"] for probe, wanted in self._probes.items() if flags[probe]["enabled"]]
        expected = self._case["result"]
        assert matched == [segment["name"] for segment in expected["segments"]], self._case
        for name, flag in expected["flags"].items():
            served = flags[name]
            assert (served["enabled"], served["feature_state_value"]) == (flag["enabled"], flag["value"]), self._case


def held_by_name() -> list[dict]:
    return [case for case in cases() if why_not_held(case) is None]


def body_of(project: Project, case: dict) -> dict:
    """Of its only segment."""
    [segment] = case["context"]["segments"].values()
    return {"name": segment["name"], "project": project.id, "rules": segment["rules"]}


def check(project: Project, case: dict) -> None:
    if is_refused(case):
        project.admin.call("POST", f"projects/{project.id}/segments/", body_of(project, case)).expect(400)
    else:
        Held(project, case).check()


def check_split(project: Project, segment: dict, case: dict) -> None:
    """With `segment` for the case's own; leaves nothing else behind."""
    admin = project.admin
    answer = admin.call("PUT", f"projects/{project.id}/segments/{segment['id']}/", body_of(project, case))
    if is_refused(case):
        answer.expect(400)
        return
    answer.expect(200)
    held = Held(project, case, segment)
    held.check()
    admin.delete(f"{held.environment.path}/")
    for feature in admin.get(f"projects/{project.id}/features/?page_size=100")["results"]:
        admin.delete(f"projects/{project.id}/features/{feature['id']}/")


def test_vectors_are_served(make_server):
    """Each case that a server can hold is answered as it says."""
    server = make_server()
    admin = Admin(server.port)
    splits = [case for case in held_by_name() if is_split(case)]
    rest = [case for case in held_by_name() if not is_split(case)]
    assert splits and rest
    # First, while the ids of segments can be foreseen.
    project = admin.make_project()
    for number in range(1, SPLIT_SEGMENT + 1):
        segment = project.make_segment(f"segment {number}", [{"type": "ALL", "conditions": []}])
    assert segment["id"] == SPLIT_SEGMENT
    for case in splits:
        check_split(project, segment, case)
    for case in rest:
        project = admin.make_project()
        check(project, case)
        admin.delete(f"projects/{project.id}/")


def test_what_a_server_cannot_hold_is_listed():
    """Most cases are held; of the others each has a reason."""
    reasons = {case["name"]: reason for case in cases() if (reason := why_not_held(case))}
    for name, reason in reasons.items():
        print(f"{name}: {reason}")
    assert len(reasons) < len(cases()) / 3
