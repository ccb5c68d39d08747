# SPDX-License-Identifier: Apache-2.0
"""The requests of a recorded Flagsmith, replayed in order: our answers have the same status, members and JSON types."""

import json
import pathlib
import re

import pytest

from harness.http import Connection, Response
from harness.stamps import STAMP_HEADER, parse_stamp
from integration.replay_differences import MEMBERS, NOT_MADE, SKIPPED, STATUSES, VARY_OF_SDK

RECORDING = pathlib.Path(__file__).resolve().parents[2] / "spec/recorded/flagsmith-2.265.0.json"

# Which names a step's answer gives a value to, and where in the answer it is.
CAPTURES = {
    "signup": {"token": ["key"], "email": ["email"]},
    "login": {"token": ["key"]},
    "org_create": {"org": ["id"]},
    "project_create": {"project": ["id"]},
    "env_create": {"env": ["id"], "env_key": ["api_key"]},
    "key_create": {"server_key": ["key"], "server_key_id": ["id"]},
    "feature_create": {"feature": ["id"]},
    "segment_create": {"segment": ["id"]},
    "fseg_create": {"fseg": ["id"]},
    "feature_mv": {"mv": ["id"]},
    "mvopt_create": {"opt3": ["id"]},
    "fs_list": {"fs": ["results", 0, "id"]},
    "ident_list": {"ident": ["results", 0, "id"]},
    "ifs_create": {"ifs": ["id"]},
}

LONG = re.compile(r"(.)\1*\.\.\. \((\d+) characters\)")


def load_steps() -> list[dict]:
    return json.loads(RECORDING.read_text())["steps"]


class Replay:
    """Sends steps one after the other, with the values that earlier answers gave."""

    def __init__(self, port: int):
        self._connection = Connection(port)
        self._names: dict = {}

    def send(self, step: dict) -> Response:
        headers = [(name, str(self._fill(value))) for name, value in step.get("send_headers", {}).items()]
        headers += self._credentials(step["auth"])
        body = None
        if step.get("send") is not None:
            raw = step["auth"] == "raw"
            body = step["send"].encode() if raw else json.dumps(self._fill(step["send"])).encode()
            if not raw:
                headers.append(("Content-Type", "application/json"))
        answer = self._connection.request(step["method"], self._fill(step["path"]), headers, body)
        for name, way in CAPTURES.get(step["name"], {}).items():
            value = answer.json()
            for turn in way:
                value = value[turn]
            self._names[name] = value
        return answer

    def _credentials(self, auth: str) -> list[tuple[str, str]]:
        return {
            "none": [], "raw": [],
            "user": [("Authorization", f"Token {self._names.get('token')}")],
            "client": [("X-Environment-Key", self._names.get("env_key"))],
            "server": [("X-Environment-Key", self._names.get("server_key"))],
        }[auth]

    def _fill(self, value):
        if isinstance(value, dict):
            return {name: self._fill(member) for name, member in value.items()}
        if isinstance(value, list):
            return [self._fill(element) for element in value]
        if not isinstance(value, str):
            return value
        whole = re.fullmatch(r"\{(\w+)\}", value)
        if whole:
            return self._names[whole[1]]
        long = LONG.fullmatch(value)
        if long:
            return long[1] * int(long[2])
        return re.sub(r"\{(\w+)\}", lambda match: str(self._names[match[1]]), value)


# ---- comparing ----

def kind(value) -> str:
    return {type(None): "null", bool: "boolean", int: "number", float: "number", str: "text", list: "array",
            dict: "object"}[type(value)]


def label(element) -> object:
    """What an element of an array is known by, so that arrays are compared by it and not by position."""
    if not isinstance(element, dict):
        return None
    feature = element.get("feature")
    if isinstance(feature, dict):
        return feature.get("name")
    return element.get("name") or element.get("trait_key") or element.get("identifier")


def pairs_of(recorded: list, ours: list, place: str, differ):
    """Elements with the same label; elements that only one side has are differences, but for what was not made."""
    labels = [label(element) for element in recorded]
    if None in labels or len(set(labels)) < len(labels):
        if len(recorded) != len(ours):
            differ(place, f"{len(ours)} elements instead of {len(recorded)}")
        return [(f"{place}[{index}]", *both) for index, both in enumerate(zip(recorded, ours, strict=False))]
    by_label = {label(element): element for element in ours}
    for name in sorted(set(labels) - by_label.keys() - NOT_MADE):
        differ(place, f"lacks {name}")
    for name in sorted(str(name) for name in by_label.keys() - set(labels)):
        differ(place, f"has {name} as well")
    return [(f"{place}[{label(element)}]", element, by_label[label(element)])
            for element in recorded if label(element) in by_label]


def compare(recorded, ours, place: str, differ) -> None:
    if kind(recorded) != kind(ours):
        differ(place, f"{kind(ours)} instead of {kind(recorded)}: {str(ours)[:60]!r}, {str(recorded)[:60]!r}")
    elif isinstance(recorded, dict):
        for name in sorted(recorded.keys() - ours.keys()):
            differ(f"{place}.{name}", "is missing")
        for name in sorted(ours.keys() - recorded.keys()):
            differ(f"{place}.{name}", "is not in the recording")
        for name in sorted(recorded.keys() & ours.keys()):
            compare(recorded[name], ours[name], f"{place}.{name}", differ)
    elif isinstance(recorded, list):
        for inner, one, other in pairs_of(recorded, ours, place, differ):
            compare(one, other, inner, differ)


def compare_headers(step: dict, answer: Response, differ) -> None:
    recorded = step["headers"]
    if answer.headers.get("Access-Control-Allow-Origin") != "*":
        differ("header", "no Access-Control-Allow-Origin")
    allow = {item.strip().lower() for item in recorded.get("allow", "").split(",") if item.strip()}
    if answer.headers.items_of("Allow") != allow and step["name"] not in STATUSES:
        differ("header Allow", f"{answer.headers.all('Allow')} instead of {recorded.get('allow')}")
    stamp = answer.headers.get(STAMP_HEADER)
    if (stamp is not None) != (STAMP_HEADER.lower() in recorded) and step["name"] not in STATUSES:
        differ("header " + STAMP_HEADER, f"{stamp} instead of {recorded.get(STAMP_HEADER.lower())}")
    if stamp is not None:
        parse_stamp(stamp)
    if ("Last-Modified" in answer.headers) != ("last-modified" in recorded):
        differ("header Last-Modified", f"{answer.headers.all('Last-Modified')}")
    if ("WWW-Authenticate" in answer.headers) != (answer.status == 401):
        differ("header WWW-Authenticate", f"{answer.headers.all('WWW-Authenticate')}")
    compare_vary(step, answer, differ)
    content = recorded.get("content-type", "")
    if content.startswith("application/json") and not (answer.headers.get("Content-Type") or "").startswith(content):
        differ("header Content-Type", f"{answer.headers.get('Content-Type')} instead of {content}")


def compare_vary(step: dict, answer: Response, differ) -> None:
    vary = answer.headers.items_of("Vary")
    if step["auth"] in ("client", "server"):
        if answer.status == 200 and step["method"] == "GET" and vary != VARY_OF_SDK:
            differ("header Vary", f"{sorted(vary)} instead of {sorted(VARY_OF_SDK)}")
        return
    recorded = {item.strip().lower() for item in step["headers"].get("vary", "").split(",") if item.strip()}
    # No answer of ours depends on a cookie, and all are JSON whatever Accept says.
    expected = recorded - {"cookie", "accept"}
    if not expected <= vary:
        differ("header Vary", f"{sorted(vary)} instead of at least {sorted(expected)}")


def compare_body(step: dict, answer: Response, differ) -> None:
    status = STATUSES.get(step["name"])
    recorded = step["body"]
    if status:
        if status.body is None:
            return
        recorded = status.body
    ours = answer.json() if answer.body else None
    compare(recorded, ours, "$", differ)


@pytest.mark.admin
def test_replay(make_server, record_property):
    """Every recorded step that can be sent gives the same status, members, types and headers, but for the listed
    differences, each of which must still be one."""
    server = make_server("--allow-registration", demo=False)
    replay = Replay(server.port)
    problems: list[str] = []
    compared = 0
    for step in load_steps():
        if step["name"] in SKIPPED:
            continue
        answer = replay.send(step)
        name = step["name"]

        def differ(place: str, what: str, name=name) -> None:
            if not any(entry.covers(name, place) for entry in MEMBERS):
                problems.append(f"{name} {place}: {what}")

        expected = STATUSES[name].ours if name in STATUSES else step["status"]
        if answer.status != expected:
            problems.append(f"{name}: status {answer.status} instead of {expected}: {answer.body[:200]!r}")
        else:
            compare_body(step, answer, differ)
        compare_headers(step, answer, differ)
        compared += 1
    unused = [f"{entry.steps} {entry.place}" for entry in MEMBERS if not entry.used and not entry.by_chance]
    record_property("steps_compared", compared)
    print(f"{compared} steps compared, {len(SKIPPED)} not sent")
    assert not problems, "\n" + "\n".join(problems)
    assert not unused, f"no difference any more: {unused}"
    assert compared == len(load_steps()) - len(SKIPPED)


def test_replay_lists_name_real_steps():
    """Every step named in the lists of differences is in the recording."""
    names = {step["name"] for step in load_steps()}
    assert SKIPPED.keys() <= names and STATUSES.keys() <= names
