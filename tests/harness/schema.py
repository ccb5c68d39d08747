# SPDX-License-Identifier: Apache-2.0
"""What SDKs are sent, read as strictly as the strictest of them reads it: exact JSON types, nothing coerced."""

import datetime
import re
import uuid
from collections.abc import Callable

from harness.stamps import stamp_of_iso

ID_MAX = 2147483647
OPERATORS = {
    "EQUAL", "NOT_EQUAL", "GREATER_THAN", "GREATER_THAN_INCLUSIVE", "LESS_THAN", "LESS_THAN_INCLUSIVE", "CONTAINS",
    "NOT_CONTAINS", "IN", "REGEX", "MODULO", "PERCENTAGE_SPLIT", "IS_SET", "IS_NOT_SET",
}
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")

Check = Callable[[object, str], None]


class SchemaError(AssertionError):
    """Says where in the JSON and what an SDK would fail on."""


def need(condition: bool, where: str, rule: str, value: object) -> None:
    if not condition:
        raise SchemaError(f"{where}: {rule}, not {value!r}")


# ---- scalars ----

def is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def an_id(value: object, where: str) -> None:
    need(is_integer(value) and 1 <= value <= ID_MAX, where, f"an integer from 1 to {ID_MAX}", value)


def text(value: object, where: str) -> None:
    need(isinstance(value, str), where, "text", value)


def boolean(value: object, where: str) -> None:
    need(isinstance(value, bool), where, "true or false", value)


def null(value: object, where: str) -> None:
    need(value is None, where, "null", value)


def uuid_text(value: object, where: str) -> None:
    text(value, where)
    need(str(uuid.UUID(value)) == value, where, "a UUID in lower case with dashes", value)


def time_with_zone(value: object, where: str) -> None:
    text(value, where)
    need(bool(RFC_3339.fullmatch(value)), where, "an RFC 3339 time", value)
    need(datetime.datetime.fromisoformat(value).tzinfo is not None, where, "a time with a zone", value)


def document_time(value: object, where: str) -> None:
    text(value, where)
    stamp_of_iso(value)


def flag_value(value: object, where: str) -> None:
    need(value is None or isinstance(value, (str, bool)) or is_integer(value), where,
         "text, an integer, a boolean or null", value)


def percentage(value: object, where: str) -> None:
    need((is_integer(value) or isinstance(value, float)) and 0 <= value <= 100, where, "a number from 0 to 100", value)


def one_of(*allowed: object) -> Check:
    def check(value: object, where: str) -> None:
        need(value in allowed, where, f"one of {sorted(map(str, allowed))}", value)
    return check


def or_null(check: Check) -> Check:
    def check_unless_null(value: object, where: str) -> None:
        if value is not None:
            check(value, where)
    return check_unless_null


# ---- arrays and objects ----

def array_of(check: Check) -> Check:
    def check_array(value: object, where: str) -> None:
        need(isinstance(value, list), where, "an array", value)
        for index, element in enumerate(value):
            check(element, f"{where}[{index}]")
    return check_array


def empty_array(value: object, where: str) -> None:
    need(value == [] and isinstance(value, list), where, "an empty array", value)


def an_object(required: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    """All required members are there, and no member is unknown."""
    known = required | (optional or {})

    def check_object(value: object, where: str) -> None:
        need(isinstance(value, dict), where, "an object", value)
        need(required.keys() <= value.keys(), where, f"members {sorted(required)}", sorted(value))
        need(value.keys() <= known.keys(), where, f"no members but {sorted(known)}", sorted(value))
        for name, member in value.items():
            known[name](member, f"{where}.{name}")
    return check_object


def fail_on_equal_ids(states: list[dict], where: str) -> None:
    ids = [state["django_id"] for state in states]
    need(len(set(ids)) == len(ids), where, "distinct django_id", ids)


# ---- flags and identities ----

FLAG_FEATURE = {
    "id": an_id, "name": text, "type": one_of("STANDARD", "MULTIVARIATE"), "created_date": time_with_zone,
    "description": or_null(text), "initial_value": or_null(text), "default_enabled": boolean,
}
FLAG = {
    "id": an_id, "environment": an_id, "identity": null, "feature_segment": null, "enabled": boolean,
    "feature_state_value": flag_value, "feature": an_object(FLAG_FEATURE),
}
IDENTITY_FLAG = FLAG | {"identity": or_null(an_id), "variant": or_null(text)}
TRAIT = {
    "trait_key": text,
    "trait_value": lambda value, where: need(
        isinstance(value, (str, bool, int, float)), where, "text, a number or a boolean", value),
    "transient": boolean,
}

flags_answer = array_of(an_object(FLAG))
identity_answer = an_object({
    "identifier": text,
    "flags": array_of(an_object(IDENTITY_FLAG, {"reason": or_null(text)})),
    "traits": array_of(an_object(TRAIT, {"id": or_null(an_id)})),
})


# ---- the environment document ----

document_feature = an_object({"id": an_id, "name": text, "type": one_of("STANDARD", "MULTIVARIATE")})
multivariate_value = an_object({
    "id": an_id, "mv_fs_value_uuid": uuid_text, "percentage_allocation": percentage,
    "multivariate_feature_option": an_object({"id": an_id, "value": flag_value}, {"key": or_null(text)}),
})


def priority(value: object, where: str) -> None:
    need(is_integer(value) and value >= 0, where, "an integer from 0", value)


def feature_state(feature_segment: Check) -> Check:
    return an_object({
        "feature": document_feature, "enabled": boolean, "django_id": an_id, "featurestate_uuid": uuid_text,
        "feature_segment": feature_segment, "feature_state_value": flag_value,
        "multivariate_feature_state_values": array_of(multivariate_value),
    })


condition = an_object({"operator": one_of(*OPERATORS), "property_": or_null(text), "value": or_null(text)})


def rule(value: object, where: str) -> None:
    an_object({"type": one_of("ALL", "ANY", "NONE"), "rules": array_of(rule), "conditions": array_of(condition)})(
        value, where)


segment = an_object({
    "id": an_id, "name": text, "rules": array_of(rule),
    "feature_states": array_of(feature_state(an_object({"priority": priority}))),
})
organisation = an_object({
    "id": an_id, "name": text, "feature_analytics": boolean, "stop_serving_flags": boolean,
    "persist_trait_data": boolean,
})
project = an_object({
    "id": an_id, "name": text, "hide_disabled_flags": boolean, "enable_realtime_updates": boolean,
    "server_key_only_feature_ids": array_of(an_id), "organisation": organisation, "segments": array_of(segment),
})
identity_override = an_object({
    "identifier": text, "identity_uuid": uuid_text, "django_id": null, "environment_api_key": text,
    "composite_key": text, "created_date": time_with_zone, "dashboard_alias": or_null(text),
    "identity_traits": empty_array, "identity_features": array_of(feature_state(null)),
})
document_shape = an_object({
    "id": an_id, "api_key": text, "name": text, "updated_at": document_time,
    "hide_disabled_flags": or_null(boolean), "hide_sensitive_data": boolean, "allow_client_traits": boolean,
    "use_identity_composite_key_for_hashing": boolean, "use_identity_overrides_in_local_eval": boolean,
    "project": project, "feature_states": array_of(feature_state(null)),
    "identity_overrides": array_of(identity_override),
})


def document(value: object, where: str = "document") -> None:
    """Every rule for the environment document, those across members too."""
    document_shape(value, where)
    for override in value["identity_overrides"]:
        fail_on_equal_ids(override["identity_features"], f"{where}: overrides of {override['identifier']}")
        need(override["environment_api_key"] == value["api_key"], where, "the key of its environment", override)
        need(override["composite_key"] == f"{value['api_key']}_{override['identifier']}", where, "key_identifier",
             override["composite_key"])
    fail_on_equal_ids(value["feature_states"], where)
    for state in value["feature_states"]:
        shares = [one["percentage_allocation"] for one in state["multivariate_feature_state_values"]]
        need(sum(shares) <= 100, where, "shares of 100 in all", shares)
