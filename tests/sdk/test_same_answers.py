# SPDX-License-Identifier: Apache-2.0
"""Remote and local evaluation agree: what `identities/` answers is what the official Python packages (`flagsmith` for the
mapping, `flagsmith-flag-engine` for the evaluation) work out from the environment document of the same server. Projects,
segments and identities are random, from one seed."""

import json
import random

import pytest
from flag_engine.engine import get_evaluation_result
from flagsmith.mappers import map_context_and_identity_data_to_context, map_environment_document_to_context

from harness.admin import Admin, Environment, Project

pytestmark = pytest.mark.sdk

SEED = 20261124
ENVIRONMENTS = 100
IDENTITIES = 10

FEATURES = [f"flag_{number}" for number in range(6)]
VALUES = [None, True, False, 0, 7, -3, "", "blue", "7", "a,b"]
TRAITS = {
    "plan": ["free", "pro", "Pro", "", "enterprise-2", "true", "007"],
    "age": [0, 17, 18, 18.0, 65, -4, "42", "1.50", 10**15],
    "score": [0.5, 99.9, 100, "3.14", -0.25, 1e16],
    "version": ["1.2.3", "1.10.0", "2.0.0-beta.1", "2.0.0+build", "not a version"],
    "member": [True, False, "True", "False"],
    # A trait whose name is a path wins over the path. (One named `$.identity.identifier` would also hide identity
    # overrides from local evaluation, which finds them by that path.)
    "$.environment.name": ["literal"],
}
IDENTIFIERS = ["alice", "bob", "carol@example.org", "zoë", "東京", "user-7", "with space", "a,b"]


class Maker:
    """Draws everything that a case consists of."""

    def __init__(self, chance: random.Random):
        self._chance = chance

    def traits(self) -> dict:
        return {key: self._chance.choice(values) for key, values in TRAITS.items()
                if self._chance.random() < (0.7 if not key.startswith("$") else 0.1)}

    def rules(self) -> list[dict]:
        return [self._rule(levels=2) for _ in range(self._chance.choice([1, 1, 1, 2]))]

    def _rule(self, levels: int) -> dict:
        rule = {"type": self._chance.choice(["ALL", "ALL", "ANY", "ANY", "NONE"]),
                "conditions": [self._condition() for _ in range(self._chance.choice([0, 1, 1, 2]))]}
        if levels > 1:
            rule["rules"] = [self._rule(levels - 1) for _ in range(self._chance.choice([0, 1, 2]))]
        return rule

    def _condition(self) -> dict:
        drawn = self._chance.choice([self._comparison, self._comparison, self._comparison, self._membership,
                                     self._presence, self._modulo, self._regex, self._split, self._dependency])
        operator, property_name, value = drawn()
        return {"operator": operator, "property": property_name, "value": value}

    def _property(self) -> str:
        return self._chance.choice([*(key for key in TRAITS if not key.startswith("$")), "missing",
                                    "$.identity.identifier", "$.identity.key", "$.environment.name",
                                    "$.identity.traits.age", "$.identity.traits['plan']", "$.nothing.here",
                                    "$.identity.traits", "$.identity.traits.*", "$..plan", "$[broken"])

    def _comparison(self):
        property_name = self._property()
        pool = [str(value) for value in TRAITS.get(property_name, ["x"])]
        pool += ["18", "18.0", "1.5", "true", "false", "False", "pro", "", "1.9.9:semver", "2.0.0:semver", "alice",
                 " 42 ", "+17", "1e2", "production"]
        operator = self._chance.choice(["EQUAL", "NOT_EQUAL", "GREATER_THAN", "GREATER_THAN_INCLUSIVE", "LESS_THAN",
                                        "LESS_THAN_INCLUSIVE", "CONTAINS", "NOT_CONTAINS"])
        return operator, property_name, self._chance.choice(pool)

    def _membership(self):
        values = ["pro,free", '["pro", "free"]', "18,42", "[18, 42]", "alice", "bob, alice", "", "[]", '["a", 1, true]',
                  "True", "7", '[broken', '["18.0"]', "1.5,18.0"]
        return "IN", self._property(), self._chance.choice(values)

    def _presence(self):
        return self._chance.choice(["IS_SET", "IS_NOT_SET"]), self._property(), ""

    def _modulo(self):
        return "MODULO", self._chance.choice(["age", "score", "member", "plan"]), self._chance.choice(
            ["2|0", "3|1", "5|4", "2.5|0.5", "7|-3", "-4|-2"])

    def _regex(self):
        return "REGEX", self._property(), self._chance.choice(
            [r"pro", r"\d+", r"^[a-z]+$", r".*@example\.org", r"(?i)PRO", r"1\.\d+\.\d+", r"", r"(?!free)\w+"])

    def _split(self):
        return "PERCENTAGE_SPLIT", self._chance.choice(["", "", "age", "plan", "$.identity.key", "missing"]), (
            self._chance.choice(["0", "10", "25.5", "50", "75", "100"]))

    def _dependency(self):
        member = self._chance.choice(["enabled", "value", "variant", "name", "reason"])
        value = {"enabled": "true", "value": "blue", "variant": "control", "name": "flag_1", "reason": "STATIC"}[member]
        operator = self._chance.choice(["EQUAL", "NOT_EQUAL", "IS_SET", "IS_NOT_SET"])
        return operator, f"$.flags.{self._chance.choice([*FEATURES, 'no_such'])}.{member}", value

    # ---- on the server ----

    def options(self) -> list[dict]:
        weights = self._chance.choice([[30.0, 30.0], [50.0], [100.0], [0.0, 12.5, 87.5], [33.3]])
        values = self._chance.sample([("unicode", "red"), ("unicode", "green"), ("int", 5), ("bool", True)], len(weights))
        fields = {"unicode": "string_value", "int": "integer_value", "bool": "boolean_value"}
        return [{"type": kind, fields[kind]: value, "default_percentage_allocation": weight}
                for (kind, value), weight in zip(values, weights, strict=True)]

    def environment(self, admin: Admin) -> Environment:
        project = admin.make_project()
        environment = project.make_environment(name=self._chance.choice(["production", "Staging", "x"]))
        features = {name: self._feature(project, name) for name in FEATURES}
        for name in FEATURES:
            environment.set(name, enabled=self._chance.random() < 0.5, feature_state_value=self._chance.choice(VALUES))
        segments = [project.make_segment(f"segment {number}", self.rules())["id"] for number in range(5)]
        for name, feature in features.items():
            for segment in self._chance.sample(segments, self._chance.choice([0, 1, 2, 3])):
                self._override_for_segment(environment, feature, segment)
        for identifier in self._chance.sample(IDENTIFIERS, 2):
            environment.override(identifier, self._chance.choice(FEATURES), enabled=self._chance.random() < 0.5,
                                 feature_state_value=self._chance.choice(VALUES))
        return environment

    def _feature(self, project: Project, name: str) -> dict:
        if self._chance.random() < 0.3:
            return project.make_feature(name, type="MULTIVARIATE", multivariate_options=self.options())
        return project.make_feature(name)

    def _override_for_segment(self, environment: Environment, feature: dict, segment: int) -> None:
        weights = [{"multivariate_feature_option": option["id"], "percentage_allocation": 40.0}
                   for option in feature["multivariate_options"][:2]] if self._chance.random() < 0.6 else []
        environment.override_for_segment(feature["id"], segment, enabled=self._chance.random() < 0.5,
                                         value=self._chance.choice(VALUES), weights=weights)


def same(ours: tuple, theirs: tuple) -> bool:
    """Compared as JSON: 1, 1.0 and true are three values. Where a multivariate feature gives its control value without
    having variants to choose from, the answer says `control` and the engine nothing."""
    (enabled, value, variant), their_variant = ours, theirs[2]
    if variant == "control" and their_variant is None:
        their_variant = "control"
    return json.dumps([enabled, value, variant]) == json.dumps([*theirs[:2], their_variant])


def locally(document: dict, identifier: str, traits: dict) -> dict:
    """What an SDK that evaluates by itself gives out, by name of the flag."""
    context = map_context_and_identity_data_to_context(
        context=map_environment_document_to_context(document), identifier=identifier, traits=traits)
    flags = get_evaluation_result(context)["flags"]
    return {name: (flag["enabled"], flag["value"], flag["variant"]) for name, flag in flags.items()}


def remotely(environment: Environment, identifier: str, traits: dict) -> dict:
    body = {"identifier": identifier, "transient": True,
            "traits": [{"trait_key": key, "trait_value": value} for key, value in traits.items()]}
    answer = environment.sdk("POST", "identities/", body, server=True).expect(200).json()
    return {flag["feature"]["name"]: (flag["enabled"], flag["feature_state_value"], flag["variant"])
            for flag in answer["flags"]}


@pytest.mark.timeout(600)
def test_remote_and_local_evaluation_agree(make_server):
    """1,000 identities of 100 environments: equal answers, flag by flag, of equal JSON types."""
    print(f"seed {SEED}")
    maker = Maker(random.Random(SEED))
    chance = random.Random(SEED + 1)
    admin = Admin(make_server().port)
    matched = 0
    for _ in range(ENVIRONMENTS):
        environment = maker.environment(admin)
        document = environment.document().json()
        defaults = {state["feature"]["name"]: state for state in document["feature_states"]}
        for _ in range(IDENTITIES):
            identifier, traits = chance.choice(IDENTIFIERS), maker.traits()
            ours, theirs = remotely(environment, identifier, traits), locally(document, identifier, traits)
            for name in FEATURES:
                assert same(ours[name], theirs[name]), (
                    f"{name} for {identifier!r} with {traits}: served {ours[name]}, worked out {theirs[name]}\n"
                    f"{json.dumps(document)}")
                matched += ours[name][1] != defaults[name]["feature_state_value"]
    # Else nothing was tried: segments match, variants and overrides are served.
    assert matched > ENVIRONMENTS * IDENTITIES / 2
