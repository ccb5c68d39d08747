# SPDX-License-Identifier: Apache-2.0
"""A multivariate feature, made by the management API, and what the server gives identities of it."""

from harness.admin import Environment, typed, value_of

# More than enough to meet each variant that has a weight worth mentioning.
IDENTITIES_MAX = 1000


class Variants:
    """A feature of an environment's project. Weights are in percent, by the value of the variant; what they leave is the
    control value's."""

    def __init__(self, environment: Environment, name: str, control: str, weights: dict):
        self._environment = environment
        self._name = name
        options = [{**typed(value), "default_percentage_allocation": weight} for value, weight in weights.items()]
        feature = environment.project.make_feature(name, enabled=True, value=control, type="MULTIVARIATE",
                                                   multivariate_options=options)
        self._feature = feature["id"]
        self._options = {value_of(option): option["id"] for option in feature["multivariate_options"]}

    def weights(self, weights: dict) -> list[dict]:
        """As a state has them; variants not named get none."""
        return [{"multivariate_feature_option": option, "percentage_allocation": weights.get(value, 0)}
                for value, option in self._options.items()]

    def set_weights(self, weights: dict) -> None:
        self._environment.set(self._name, multivariate_feature_state_values=self.weights(weights))

    def change_value(self, old, new) -> None:
        option = self._options.pop(old)
        self._options[new] = option
        path = f"projects/{self._environment.project.id}/features/{self._feature}/mv-options/{option}/"
        self._environment.admin.patch(path, {"feature": self._feature, **typed(new)})

    def served(self, identifiers, traits: dict | None = None) -> dict:
        """Identifier to the value that the server's own evaluation gives."""
        return {identifier: self._served(identifier, traits or {}) for identifier in identifiers}

    def pick(self, values: set, each: int, traits: dict | None = None) -> dict:
        """For each of the values, identities that the server gives it: identifier to value."""
        picked = {value: [] for value in values}
        for number in range(IDENTITIES_MAX):
            identifier = f"user-{number}"
            found = picked[self._served(identifier, traits or {})]
            if len(found) < each:
                found.append(identifier)
            if all(len(found) == each for found in picked.values()):
                break
        assert all(len(found) == each for found in picked.values()), picked
        return {identifier: value for value, found in picked.items() for identifier in found}

    def _served(self, identifier: str, traits: dict):
        listed = [{"trait_key": key, "trait_value": value} for key, value in traits.items()]
        flags = self._environment.identify(identifier, listed, transient=True).json()["flags"]
        return next(flag["feature_state_value"] for flag in flags if flag["feature"]["name"] == self._name)
