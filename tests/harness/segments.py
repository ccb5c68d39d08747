# SPDX-License-Identifier: Apache-2.0
"""Segments made through the management API."""

from harness.admin import Environment


def serve_segment(environment: Environment, trait: str, value: str, feature: str, served: str) -> None:
    """Identities whose trait has that value are served another value of the feature."""
    admin, project = environment.admin, environment.project.id
    condition = {"operator": "EQUAL", "property": trait, "value": value}
    rules = [{"type": "ALL", "conditions": [], "rules": [{"type": "ANY", "rules": [], "conditions": [condition]}]}]
    segment = admin.post(f"projects/{project}/segments/",
                         {"name": f"{trait} is {value}", "project": project, "rules": rules})
    path = f"{environment.path}/features/{environment.feature_id(feature)}/create-segment-override/"
    admin.post(path, {"feature_segment": {"segment": segment["id"]}, "enabled": True,
                      "feature_state_value": {"type": "unicode", "string_value": served}})
