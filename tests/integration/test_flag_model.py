# SPDX-License-Identifier: Apache-2.0
"""Tags, variants, feature states and whole flags: from the management API to SDKs and streams, on a real server."""

import pytest

from harness.admin import Environment
from harness.heard import Heard

pytestmark = pytest.mark.admin


class Banner:
    """The feature that tests change, and the paths of what belongs to it."""

    def __init__(self, environment: Environment):
        self.environment = environment
        self.admin = environment.admin
        self.id = environment.feature_id("banner")
        self.path = f"projects/{environment.project.id}/features/{self.id}/"
        self.options = f"{self.path}mv-options/"
        self.flag = f"/api/__future__/environments/{environment.key}/features/{self.id}/"

    def make_option(self, value: str, allocation: float) -> dict:
        return self.admin.post(self.options, {
            "type": "unicode", "string_value": value, "default_percentage_allocation": allocation})

    def make_segment(self, name: str) -> int:
        rules = [{"type": "ALL", "conditions": [{"property": "plan", "operator": "EQUAL", "value": name}], "rules": []}]
        return self.environment.project.make_segment(name, rules)["id"]

    def call(self, method: str, body=None, path: str = "") -> dict:
        return self.admin.call(method, self.flag + path, body).expect(200).json()


def weights(*pairs: tuple[dict, float]) -> list[dict]:
    return [{"multivariate_feature_option": option["id"], "percentage_allocation": share} for option, share in pairs]


def test_each_request_is_told_once(environment):
    """A stream hears of each change of variants, states and whole flags exactly once, and not of tags."""
    admin, project = environment.admin, environment.project.id
    banner = Banner(environment)
    state = environment.state_path("banner")
    segment = banner.make_segment("pro")
    with Heard(environment) as heard:
        tag = heard.assert_none(lambda: admin.post(f"projects/{project}/tags/", {"label": "beta"}))
        heard.assert_none(lambda: admin.patch(banner.path, {"tags": [tag["id"]]}))
        heard.assert_none(lambda: admin.patch(f"projects/{project}/tags/{tag['id']}/", {"label": "b"}))
        heard.assert_one(lambda: admin.patch(banner.path, {"tags": [], "description": "both", "is_archived": True}))

        one = heard.assert_one(lambda: banner.make_option("one", 30))
        two = heard.assert_one(lambda: banner.make_option("two", 30))
        heard.assert_one(lambda: admin.patch(f"{banner.options}{one['id']}/", {"string_value": "uno"}))
        heard.assert_none(lambda: admin.patch(f"{banner.options}{one['id']}/", {"default_percentage_allocation": 20}))
        heard.assert_one(lambda: admin.put(state, {
            "enabled": True, "feature_state_value": "v", "multivariate_feature_state_values": weights((one, 50), (two, 50))}))
        heard.assert_none(lambda: admin.put(state, {
            "enabled": True, "multivariate_feature_state_values": weights((one, 50), (two, 50))}))

        variants = [{"id": one["id"], "weight": 10}, {"id": two["id"], "weight": 90}]
        heard.assert_one(lambda: banner.call("PUT", {
            "environment_default": {"enabled": False, "value": {"type": "integer", "value": "7"}, "variants": variants},
            "segment_overrides": [{"segment": {"id": segment}, "enabled": True}]}))
        heard.assert_none(lambda: banner.call("PATCH", {"environment_default": {"enabled": False}}))
        heard.assert_one(lambda: banner.call("DELETE", path=f"segment-overrides/{segment}/"))

        heard.assert_one(lambda: admin.patch(banner.path, {"multivariate_options": [{"id": one["id"]}]}))
        heard.assert_one(lambda: admin.delete(f"{banner.options}{one['id']}/"))
        heard.assert_one(lambda: admin.delete(banner.path))
    assert admin.get(f"projects/{project}/tags/")["count"] == 1


def test_variants_reach_sdks(environment):
    """Options, and whether there are any, are in what SDKs read."""
    banner = Banner(environment)
    one = banner.make_option("one", 30)
    assert environment.flag("banner")["feature"]["type"] == "MULTIVARIATE"
    options = environment.sdk("GET", f"flags/{banner.id}/multivariate-options/").expect(200).json()
    assert options["options"] == [{"value": "one"}]
    banner.admin.delete(f"{banner.options}{one['id']}/")
    assert environment.flag("banner")["feature"]["type"] == "STANDARD"


def test_audit_says_what_changed(environment):
    """The audit log holds the changes of weights with the options that they are of."""
    banner = Banner(environment)
    one = banner.make_option("one", 30)
    environment.set("banner", multivariate_feature_state_values=weights((one, 40)))
    row = banner.admin.get(f"projects/{environment.project.id}/audit/?page_size=1")["results"][0]
    details = banner.admin.get(f"audit/{row['id']}/")["change_details"]
    assert details == [{"field": f"percentage_allocation of option {one['id']}", "old": 30.0, "new": 40.0}]
