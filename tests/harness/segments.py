# SPDX-License-Identifier: Apache-2.0
"""Segments made through the management API."""

from harness.admin import Environment


def serve_segment(environment: Environment, trait: str, value: str, feature: str, served: str) -> None:
    """Identities whose trait has that value are served another value of the feature."""
    condition = {"operator": "EQUAL", "property": trait, "value": value}
    rules = [{"type": "ALL", "conditions": [], "rules": [{"type": "ANY", "rules": [], "conditions": [condition]}]}]
    segment = environment.project.make_segment(f"{trait} is {value}", rules)
    environment.override_for_segment(environment.feature_id(feature), segment["id"], enabled=True, value=served)
