# SPDX-License-Identifier: Apache-2.0
"""Random evaluation contexts, small enough that values, conditions and flags often meet."""

import random
from typing import Any

TRAITS = ["plan", "age", "score", "beta", "$.identity.identifier", "", "näme"]
TEXTS = ["pro", "Pro", "", "true", "False", "5", "-5", "007", "5.0", "1.50", "1e3", " 5", "+5", "1.2.3", "1.2.3-rc.1",
         "1.10.0+b", "v1.0.0", "a,b", "ü", "x\ny", "99999999999999999999", "-0", "0.1", "None", "rc.1"]  # fmt: skip
VALUES: list[Any] = [*TEXTS, True, False, None, 0, 5, -5, 7, 18, 2**63, 10**25, 5.0, 1.5, -2.5, 0.1, 1e16, 1e-5, 100.0]
PROPERTIES = [*TRAITS, "$.identity.key", "$.environment.name", "$.environment.key", "$.identity.traits.plan",
              "$.identity.traits['näme']", '$.identity["traits"]["age"]', "$.identity", "$.nothing", "$.identity.traits.*",
              "$..plan", "$.*", "$.", "$.a[", "$.segments['s0'].name", "$.features.f0.value", "$.segments.*.rules[0].type",
              "$.features.f1.variants[-1].weight", "$['identity']", "$.identity.traits", "$.flags", "$.flags.*"]  # fmt: skip
MEMBERS = ["enabled", "value", "variant", "reason", "name", "nothing"]
PATTERNS = ["pro", "^p", r"\d+$", r"[a-c]", "(?i)PRO", r"\w+\Z", "(", "a{,3}", "[^]]+", r"(?P<x>.)(?P=x)", r"1\.5", "True",
            r"(?=p)pr", r"(?<!x)p", r"\s*", ".*o$", r"x$", r"\u00fc", "(?x) p r # c", "a**", r"\Q", "[[:alpha:]]"]  # fmt: skip
NUMBERS = ["5", "5.0", " 5 ", "+5", "-5", "1e1", "1.5", "inf", "nan", ".5", "5.", "18", "99999999999999999999", "0", "7"]
OPERATORS = ["EQUAL", "NOT_EQUAL", "GREATER_THAN", "GREATER_THAN_INCLUSIVE", "LESS_THAN", "LESS_THAN_INCLUSIVE", "CONTAINS",
             "NOT_CONTAINS", "IN", "REGEX", "MODULO", "IS_SET", "IS_NOT_SET", "PERCENTAGE_SPLIT"]  # fmt: skip


class ContextMaker:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.features = [f"f{i}" for i in range(self.random.randint(1, 5))]

    def make(self) -> dict[str, Any]:
        context: dict[str, Any] = {"environment": {"key": "env", "name": self.pick(["Staging", "5", "pro"])}}
        if self.random.random() < 0.9:
            context["identity"] = self.identity()
        context["segments"] = {f"s{i}": self.segment(i) for i in range(self.random.randint(0, 5))}
        context["features"] = {name: self.feature(name) for name in self.features}
        return context

    def pick(self, choices: list[Any]) -> Any:
        return self.random.choice(choices)

    def identity(self) -> dict[str, Any]:
        identity: dict[str, Any] = {"identifier": self.pick(["alice", "bob", "00123", "1.5", ""])}
        if self.random.random() < 0.4:
            identity["key"] = self.pick(["k1", "42", "", "8931"])
        if self.random.random() < 0.9:
            names = self.random.sample(TRAITS, self.random.randint(0, len(TRAITS)))
            identity["traits"] = {name: self.pick(VALUES) for name in names}
        return identity

    def segment(self, index: int) -> dict[str, Any]:
        segment: dict[str, Any] = {
            "key": str(index + 1),
            "name": f"segment {index}",
            "rules": [self.rule(0) for _ in range(self.pick([0, 1, 1, 1, 2]))],
        }
        names = self.random.sample(self.features, self.random.randint(0, min(2, len(self.features))))
        segment["overrides"] = [self.override(name) for name in [*names, *self.pick([[], [], ["unknown"]])]]
        if self.random.random() < 0.3:
            segment["metadata"] = self.pick([{}, {"id": index}])
        return segment

    def rule(self, depth: int) -> dict[str, Any]:
        rule: dict[str, Any] = {"type": self.pick(["ALL", "ANY", "NONE"])}
        if self.random.random() < 0.9:
            rule["conditions"] = [self.condition() for _ in range(self.pick([0, 1, 1, 2, 3]))]
        if depth < 3 and self.random.random() < 0.5:
            rule["rules"] = [self.rule(depth + 1) for _ in range(self.pick([1, 1, 2]))]
        return rule

    def condition(self) -> dict[str, Any]:
        operator = self.pick(OPERATORS)
        if self.random.random() < 0.35:
            name = self.pick([*self.features, "unknown"])
            prop = self.pick([f"$.flags.{name}.{self.pick(MEMBERS)}", f"$.flags['{name}'].enabled", f"$.flags.{name}"])
            operator = self.pick([operator, "EQUAL", "NOT_EQUAL", "IS_SET", "IS_NOT_SET"])
        else:
            prop = self.pick(PROPERTIES)
        return {"property": prop, "operator": operator, "value": self.value_for(operator)}

    def value_for(self, operator: str) -> Any:
        if operator == "IN":
            return self.pick([*TEXTS, "pro,5,7", '["pro", 5, 1.5, true, null]', "[pro", ["pro", "5", "1"], "alice,bob", "True,false"])
        if operator == "REGEX":
            return self.pick(PATTERNS)
        if operator == "MODULO":
            return self.pick(["2|0", "3|2", "-3|-1", "2.5|0", "5", "2|0|1", "x|1", " 2 | 1 ", "1e1|5"])
        if operator == "PERCENTAGE_SPLIT":
            return self.pick(["0", "10", "50.5", "100", "x", "", "nan"])
        return self.pick([*TEXTS, *NUMBERS, "1.2.3:semver", "1.2.0:semver", "1:semver", "rc.1:semver", "DEFAULT", "red"])

    def feature(self, name: str) -> dict[str, Any]:
        feature: dict[str, Any] = {
            "key": str(self.random.randint(1, 30)),
            "name": name,
            "enabled": self.random.random() < 0.5,
            "value": self.pick(VALUES),
        }
        if self.random.random() < 0.4:
            feature["variants"] = [self.variant() for _ in range(self.random.randint(0, 3))]
        if self.random.random() < 0.3:
            feature["metadata"] = self.pick([{}, {"id": 1, "x": [1.0, None]}])
        return feature

    def variant(self) -> dict[str, Any]:
        variant = {
            "value": self.pick(VALUES),
            "weight": self.pick([0, 10, 30, 30.0, 33.3, 50]),
            "priority": self.pick([1, 2, 3, 2**100, 2**100 + 1]),
        }
        if self.random.random() < 0.5:
            variant["key"] = self.pick(["red", "blue"])
        return variant

    def override(self, name: str) -> dict[str, Any]:
        override = self.feature(name)
        if self.random.random() < 0.8:
            override["priority"] = self.pick([0, 1, 1.0, 2, -1, 0.5, 2**64])
        return override
