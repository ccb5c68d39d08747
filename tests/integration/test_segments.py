# SPDX-License-Identifier: Apache-2.0
"""Segment overrides from the management API to SDKs and streams, on a real server."""

import pytest

from harness.admin import Environment
from harness.heard import Heard

pytestmark = pytest.mark.admin


def plan_is(plan: str) -> list[dict]:
    """Rules in the form of the dashboard: one rule of all, with one of any in it."""
    return [{"type": "ALL", "conditions": [], "rules": [
        {"type": "ANY", "rules": [], "conditions": [{"property": "plan", "operator": "EQUAL", "value": plan}]}]}]


def make_segment(environment: Environment, name: str, plan: str) -> dict:
    return environment.project.make_segment(name, plan_is(plan))


def override(environment: Environment, segment: dict, **fields) -> dict:
    body = {"enabled": True, "feature_segment": {"segment": segment["id"]}, **fields}
    feature = environment.feature_id("banner")
    return environment.admin.post(f"{environment.path}/features/{feature}/create-segment-override/", body)


def text(value: str) -> dict:
    return {"type": "unicode", "string_value": value}


def test_each_request_is_told_once(environment):
    """A stream hears of each change of segments and overrides exactly once, and of nothing else."""
    admin, project = environment.admin, environment.project.id
    feature = environment.feature_id("banner")
    with Heard(environment) as heard:
        pro = heard.assert_one(lambda: make_segment(environment, "pro", "pro"))
        segment = f"projects/{project}/segments/{pro['id']}/"
        heard.assert_one(lambda: admin.put(segment, {"name": "pro2", "project": project, "rules": plan_is("max")}))
        heard.assert_none(lambda: admin.put(segment, {"name": "pro2", "project": project, "rules": plan_is("max")}))
        first = heard.assert_one(lambda: override(environment, pro, feature_state_value=text("for pro")))

        other = heard.assert_one(lambda: admin.post(f"{segment}clone/", {"name": "other"}))
        link = heard.assert_none(lambda: admin.post("features/feature-segments/", {
            "feature": feature, "segment": other["id"], "environment": environment.id}))
        assert link["priority"] == 1
        moved = heard.assert_one(lambda: admin.call("POST", "features/feature-segments/update-priorities/", [
            {"id": link["id"], "priority": 0}]).expect(200).json())
        assert [row["priority"] for row in moved] == [0]
        heard.assert_one(lambda: admin.delete(f"features/feature-segments/{first['feature_segment']['id']}/"))
        assert admin.get(f"features/feature-segments/{link['id']}/")["priority"] == 0
        heard.assert_none(lambda: admin.delete(f"features/feature-segments/{link['id']}/"))
        heard.assert_one(lambda: admin.delete(segment))
        heard.assert_one(lambda: admin.delete(f"projects/{project}/segments/{other['id']}/"))


def test_segments_reach_every_environment_of_their_project(environment):
    """A change of a segment is told in all environments of the project; one of an override in its own alone."""
    other = environment.project.make_environment()
    with Heard(environment) as here, Heard(other) as there:
        pro = here.assert_one(lambda: there.assert_one(lambda: make_segment(environment, "pro", "pro")))
        here.assert_one(lambda: there.assert_none(lambda: override(environment, pro)))


def test_counts_and_audit(environment):
    """Overrides and segments are counted where the reference counts them, and the audit log says what changed."""
    admin, project = environment.admin, environment.project.id
    pro = make_segment(environment, "pro", "pro")
    override(environment, pro)
    assert admin.get(f"{environment.path}/")["total_segment_overrides"] == 1
    assert admin.get(f"projects/{project}/")["total_segments"] == 1
    admin.patch(f"projects/{project}/segments/{pro['id']}/", {"name": "pro2"})
    row = admin.get(f"projects/{project}/audit/?page_size=1")["results"][0]
    assert (row["related_object_type"], row["related_object_id"]) == ("SEGMENT", pro["id"])
    details = admin.get(f"audit/{row['id']}/")["change_details"]
    assert details == [{"field": "name", "old": "pro", "new": "pro2"}]


def test_terraform_makes_an_override(environment):
    """Terraform's calls in its order; the override is served to those in the segment, and each call that changes what
    is served is one event."""
    admin, feature = environment.admin, environment.feature_id("banner")
    with Heard(environment) as heard:
        pro = heard.assert_one(lambda: make_segment(environment, "pro", "pro"))
        beta = heard.assert_one(lambda: make_segment(environment, "beta", "pro"))
        assert admin.get(f"{environment.path}/")["id"] == environment.id
        links = []
        for segment, value in ((pro, "for pro"), (beta, "for beta")):
            link = heard.assert_none(lambda: admin.post("features/feature-segments/", {
                "feature": feature, "segment": segment["id"], "environment": environment.id}))
            state = heard.assert_one(lambda: admin.post("features/featurestates/", {
                "feature": feature, "environment": environment.id, "feature_segment": link["id"], "enabled": True,
                "feature_state_value": text(value)}))
            assert state["feature_segment"] == link["id"]
            links.append(link)
        assert served(environment, "anna", "pro") == (True, "for pro")
        heard.assert_one(lambda: admin.call("POST", "features/feature-segments/update-priorities/", [
            {"id": links[1]["id"], "priority": 0}]).expect(200))
        assert served(environment, "anna", "pro") == (True, "for beta")
        assert served(environment, "bert", "free") == (True, "blue")

        found = admin.get(f"features/featurestates/get-by-uuid/{state['uuid']}/")
        assert found["feature_segment"] == links[1]["id"]
        heard.assert_one(lambda: admin.put(f"features/featurestates/{state['id']}/", {
            "feature": feature, "environment": environment.id, "feature_segment": links[1]["id"], "enabled": False,
            "feature_state_value": text("off")}))
        assert served(environment, "anna", "pro") == (False, "off")
        heard.assert_one(lambda: admin.delete(f"features/feature-segments/{links[1]['id']}/"))
        assert served(environment, "anna", "pro") == (True, "for pro")


def served(environment: Environment, identifier: str, plan: str) -> tuple[bool, object]:
    """What an SDK's identity with that plan gets for the banner."""
    answer = environment.identify(identifier, [{"trait_key": "plan", "trait_value": plan}]).json()
    flag = next(flag for flag in answer["flags"] if flag["feature"]["name"] == "banner")
    return flag["enabled"], flag["feature_state_value"]


def test_old_clients_are_told_their_segments(environment):
    """The old call for an identity lists the segments it is in, whether they override something or not."""
    override(environment, make_segment(environment, "overrides", "pro"), feature_state_value=text("for pro"))
    unused = make_segment(environment, "overrides nothing", "pro")
    make_segment(environment, "other", "free")
    environment.identify("anna", [{"trait_key": "plan", "trait_value": "pro"}])
    answer = environment.sdk("GET", "identities/anna/").expect(200).json()
    assert [segment["name"] for segment in answer["segments"]] == ["overrides", "overrides nothing"]
    assert answer["segments"][1] == {"id": unused["id"], "name": "overrides nothing"}
    assert environment.sdk("GET", "identities/bert/").expect(200).json()["segments"] == []
    environment.patch(hide_sensitive_data=True)
    assert environment.sdk("GET", "identities/anna/").expect(200).json()["segments"] == []


def test_what_an_identity_gets_and_which_segments_it_is_in(environment):
    """The management API shows the winner of each feature with its segment, and lists the segments that match."""
    admin, project = environment.admin, environment.project.id
    pro = make_segment(environment, "pro", "pro")
    make_segment(environment, "free", "free")
    override(environment, pro, feature_state_value=text("for pro"))
    environment.identify("anna", [{"trait_key": "plan", "trait_value": "pro"}])
    anna = environment.identity_id("anna")
    everything = f"{environment.path}/identities/{anna}/featurestates/all/"

    banner, dark = admin.get(everything)
    assert (banner["overridden_by"], banner["segment"]) == ("SEGMENT", {"id": pro["id"], "name": "pro"})
    assert banner["feature_state_value"] == "for pro"
    assert (dark["overridden_by"], dark["segment"]) == (None, None)
    listed = admin.get(f"projects/{project}/segments/?identity={anna}")
    assert [segment["name"] for segment in listed["results"]] == ["pro"]

    environment.override("anna", "banner", enabled=False, feature_state_value="only anna")
    banner, dark = admin.get(everything)
    assert (banner["overridden_by"], banner["segment"]) == ("IDENTITY", None)
    assert banner["feature_state_value"] == "only anna"
