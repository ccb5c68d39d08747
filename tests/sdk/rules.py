# SPDX-License-Identifier: Apache-2.0
"""Segments with their overrides, made by the management API."""

import itertools

from harness.admin import Environment, typed

NUMBERS = itertools.count(1)


class Rules:
    """Segments of the project of an environment, each of the identities with one plan."""

    def __init__(self, environment: Environment):
        self._environment = environment
        self._admin = environment.admin
        self._segments = f"projects/{environment.project.id}/segments/"

    def make_segment(self, *, plan: str) -> dict:
        return self._admin.post(self._segments, self._segment(f"segment {next(NUMBERS)}", plan))

    def change_rule(self, segment: dict, *, plan: str) -> None:
        self._admin.put(f"{self._segments}{segment['id']}/", self._segment(segment["name"], plan))

    def delete_segment(self, segment: dict) -> None:
        self._admin.delete(f"{self._segments}{segment['id']}/")

    def override(self, segment: dict, feature: str, *, enabled: bool, value: str, weights=()) -> dict:
        """Goes behind the overrides that there are."""
        return self._environment.override_for_segment(self._environment.feature_id(feature), segment["id"],
                                                      enabled=enabled, value=value, weights=weights)

    def change_override(self, state: dict, *, enabled: bool, value: str) -> None:
        self._admin.put(f"features/featurestates/{state['id']}/", {
            "feature": state["feature"], "environment": self._environment.id, "enabled": enabled,
            "feature_state_value": typed(value)})

    def _segment(self, name: str, plan: str) -> dict:
        condition = {"property": "plan", "operator": "EQUAL", "value": plan}
        rule = {"type": "ANY", "rules": [], "conditions": [condition]}
        return {"name": name, "project": self._environment.project.id,
                "rules": [{"type": "ALL", "conditions": [], "rules": [rule]}]}
