# SPDX-License-Identifier: Apache-2.0
"""Every request that writes, each with what it does: the table of the management API's and the SDKs' effects.

A path is a route as the server lists it. In paths and bodies `{name}` stands for what the scene knows by that name, and for
what `prepare` made; in a body it keeps its type.
"""

import dataclasses

from harness.effect_preparations import (OPTION, PASSWORD, PLAN_IS_MAX, Prepare, export, given_rights,
                                         identity_without_overrides, itself, link, master_key, me, option, option_of_all,
                                         override, owner, pro, second_identity, segment, segment_override, server_key,
                                         state, state_with_option, tag, trait, user, without_rights)
from harness.effects import (CLOSES_HERE, CLOSES_ORGANISATION, CLOSES_PROJECT, HERE, IDENTITY, KEYS, NEW, NOTHING,
                             ORGANISATION, PROJECT, Effect)
from harness.server import ADMIN_EMAIL, ADMIN_PASSWORD


@dataclasses.dataclass(frozen=True)
class Row:
    methods: str  # "PUT, PATCH": each is tried
    route: str  # after /api/v1/, or with a slash
    effect: Effect
    body: object = None
    prepare: Prepare | None = None
    status: int = 200
    audit: int = 1
    caller: str = "admin"  # or: nobody, user (with an account of his own), client, server, publisher
    note: str = ""
    query: str = ""

    @property
    def pattern(self) -> str:
        return self.route if self.route.startswith("/") else f"/api/v1/{self.route}"


# ---- bodies ----

PLAN_IS_FREE = [{"type": "ALL", "rules": [], "conditions": [
    {"property": "plan", "operator": "EQUAL", "value": "free"}]}]
LINK = {"feature": "{feature}", "segment": "{segment}", "environment": "{environment}"}
RIGHTS = {"organisations/{organisation}/": "CREATE_PROJECT", "projects/{project}/": "VIEW_PROJECT",
          "environments/{key}/": "VIEW_ENVIRONMENT"}
FLAG = "/api/__future__/environments/{key}/features/{feature}/"
WHOLE_FLAG = {"environment_default": {"enabled": False, "value": {"type": "integer", "value": "7"}},
              "segment_overrides": [{"segment": {"id": "{segment}"}, "enabled": False}]}
FEATURE = "projects/{project}/features/{feature}/"
OPTIONS = f"{FEATURE}mv-options/"
SEGMENTS = "projects/{project}/segments/"
TAGS = "projects/{project}/tags/"
STATE = "environments/{key}/featurestates/{id}/"
IDENTITY_PATH = "environments/{key}/identities/{identity}/"
OVERRIDES = f"{IDENTITY_PATH}featurestates/"
TRAITS = f"{IDENTITY_PATH}traits/"


def weights(share: float) -> list[dict]:
    return [{"multivariate_feature_option": "{option}", "percentage_allocation": share}]


def plan(value: str) -> dict:
    """Of alice, as SDKs write it."""
    return {"identity": {"identifier": "alice"}, "trait_key": "plan", "trait_value": value}


def typed_plan(value: str) -> dict:
    return {"trait_key": "plan", "value_type": "unicode", "string_value": value}


ACCOUNT_ROWS = [
    Row("POST", "auth/users/", NOTHING, {"email": "new@flags.example", "password": PASSWORD, "first_name": "A",
                                         "last_name": "B"}, status=201, audit=0, caller="nobody"),
    Row("POST", "auth/login/", NOTHING, {"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD}, audit=0, caller="nobody"),
    Row("POST", "auth/logout/", NOTHING, prepare=user, status=204, audit=0, caller="user"),
    Row("DELETE", "auth/token/", NOTHING, prepare=user, status=204, audit=0, caller="user"),
    Row("PUT, PATCH", "auth/users/me/", NOTHING, {"first_name": "N", "last_name": "M"}, prepare=user, audit=0,
        caller="user"),
    Row("DELETE", "auth/users/me/", NOTHING, {"current_password": PASSWORD}, prepare=user, status=204, audit=0,
        caller="user"),
    Row("POST", "auth/users/set_password/", NOTHING,
        {"current_password": PASSWORD, "new_password": f"{PASSWORD}8"}, prepare=user, status=204, audit=0,
        caller="user"),
]

ORGANISATION_ROWS = [
    Row("POST", "organisations/", NOTHING, {"name": "One more"}, status=201),
    Row("PUT, PATCH", "organisations/{organisation}/", ORGANISATION, {"name": "Renamed"}, note="name"),
    Row("PUT, PATCH", "organisations/{organisation}/", NOTHING,
        {"name": "{organisation_name}", "restrict_project_create_to_admin": True}, note="a setting that serves nobody"),
    Row("PUT, PATCH", "organisations/{organisation}/", NOTHING, {"name": "{organisation_name}"}, audit=0, note="same"),
    Row("POST", "organisations/{organisation}/users/{user}/update-role/", NOTHING, {"role": "ADMIN"}, itself, audit=0,
        note="same"),
    Row("POST", "organisations/{organisation}/remove-users/", NOTHING, [{"id": 2147483647}], audit=0,
        note="no member"),
    Row("DELETE", "organisations/{organisation}/", CLOSES_ORGANISATION, status=204, audit=3),

    Row("POST", "organisations/{organisation}/master-api-keys/", NOTHING, {"name": "ci"}, status=201),
    Row("PUT, PATCH", "organisations/{organisation}/master-api-keys/{prefix}/", NOTHING,
        {"name": "ci", "revoked": True}, master_key),
    Row("PUT, PATCH", "organisations/{organisation}/master-api-keys/{prefix}/", NOTHING, {"name": "ci"}, master_key,
        audit=0, note="same"),
    Row("DELETE", "organisations/{organisation}/master-api-keys/{prefix}/", NOTHING, prepare=master_key, status=204),
]

PERMISSION_ROWS = [row for place in RIGHTS for row in (
    Row("POST", f"{place}user-permissions/", NOTHING, {"user": "{me}"}, without_rights(place), status=201),
    Row("PUT, PATCH", f"{place}user-permissions/{{id}}/", NOTHING,
        {"user": "{me}", "permissions": [RIGHTS[place]]}, given_rights(place)),
    Row("PUT, PATCH", f"{place}user-permissions/{{id}}/", NOTHING, {"user": "{me}", "permissions": []},
        given_rights(place), audit=0, note="same"),
    Row("DELETE", f"{place}user-permissions/{{id}}/", NOTHING, prepare=given_rights(place), status=204),
)]

PROJECT_ROWS = [
    Row("POST", "projects/", NOTHING, {"name": "One more", "organisation": "{organisation}"}, status=201),
    Row("PUT, PATCH", "projects/{project}/", PROJECT, {"name": "Renamed"}, note="name"),
    Row("PUT, PATCH", "projects/{project}/", PROJECT, {"name": "{project_name}", "hide_disabled_flags": True},
        note="hide_disabled_flags"),
    Row("PUT, PATCH", "projects/{project}/", NOTHING, {"name": "{project_name}", "prevent_flag_defaults": True},
        note="a setting that serves nobody"),
    Row("PUT, PATCH", "projects/{project}/", NOTHING, {"name": "{project_name}"}, audit=0, note="same"),
    Row("DELETE", "projects/{project}/", CLOSES_PROJECT, status=204),
]

ENVIRONMENT_ROWS = [
    Row("POST", "environments/", NEW, {"name": "One more", "project": "{project}"}, status=201),
    Row("POST", "environments/{key}/clone/", NEW, {"name": "Copy"}),
    Row("PUT, PATCH", "environments/{key}/", HERE, {"name": "Renamed"}, note="name"),
    Row("PUT, PATCH", "environments/{key}/", HERE, {"name": "{environment_name}", "hide_sensitive_data": True,
                                                    "allow_client_traits": False}, note="settings"),
    Row("PUT, PATCH", "environments/{key}/", NOTHING, {"name": "{environment_name}"}, audit=0, note="same"),
    Row("DELETE", "environments/{key}/", CLOSES_HERE, status=204),
    Row("POST", "environments/{key}/api-keys/", KEYS, {"name": "ci"}, status=201),
    Row("PUT, PATCH", "environments/{key}/api-keys/{id}/", KEYS, {"name": "ci", "active": False}, server_key,
        note="revoked"),
    Row("PUT, PATCH", "environments/{key}/api-keys/{id}/", NOTHING, {"name": "other"}, server_key, note="name"),
    Row("PUT, PATCH", "environments/{key}/api-keys/{id}/", NOTHING, {"name": "ci"}, server_key, audit=0, note="same"),
    Row("DELETE", "environments/{key}/api-keys/{id}/", KEYS, prepare=server_key, status=204),
]

TAG_ROWS = [
    Row("POST", TAGS, NOTHING, {"label": "new", "color": "#112233"}, status=201),
    Row("PUT, PATCH", f"{TAGS}{{tag}}/", NOTHING, {"label": "other"}, tag),
    Row("PUT, PATCH", f"{TAGS}{{tag}}/", NOTHING, {"label": "beta"}, tag, audit=0, note="same"),
    Row("DELETE", f"{TAGS}{{tag}}/", NOTHING, prepare=tag, status=204),
]

FEATURE_ROWS = [
    Row("POST", "projects/{project}/features/", PROJECT, {"name": "new", "default_enabled": True}, status=201),
    Row("POST", "projects/{project}/features/", PROJECT,
        {"name": "new", "type": "MULTIVARIATE", "tags": ["{tag}"], "multivariate_options": [OPTION, OPTION]}, tag,
        status=201, note="with options and a tag"),
    Row("PUT, PATCH", FEATURE, PROJECT, {"name": "banner", "description": "of the shop"}, note="description"),
    Row("PUT, PATCH", FEATURE, PROJECT, {"name": "banner", "is_archived": True, "is_server_key_only": True},
        note="two settings"),
    Row("PUT, PATCH", FEATURE, NOTHING, {"name": "banner", "tags": ["{tag}"]}, tag, note="tags alone"),
    Row("PUT, PATCH", FEATURE, PROJECT, {"name": "banner", "tags": ["{tag}"], "description": "both"}, tag,
        note="tags and more"),
    Row("PUT, PATCH", FEATURE, PROJECT, {"name": "banner", "multivariate_options": [OPTION]}, note="options"),
    Row("PUT, PATCH", FEATURE, NOTHING, {"name": "banner", "is_archived": False}, audit=0, note="same"),
    Row("DELETE", FEATURE, PROJECT, status=204),
    Row("POST", f"{FEATURE}add-owners/", NOTHING, {"user_ids": ["{me}"]}, owner),
    Row("POST", f"{FEATURE}add-owners/", NOTHING, {"user_ids": ["{me}"]}, me, audit=0, note="who is one"),
    Row("POST", f"{FEATURE}remove-owners/", NOTHING, {"user_ids": ["{me}"]}, me),
    Row("POST", f"{FEATURE}remove-owners/", NOTHING, {"user_ids": ["{me}"]}, owner, audit=0, note="who is none"),
    Row("POST", f"{FEATURE}add-group-owners/", NOTHING, {"group_ids": []}, audit=0, note="there are none"),
    Row("POST", f"{FEATURE}remove-group-owners/", NOTHING, {"group_ids": []}, audit=0, note="there are none"),

    Row("POST", OPTIONS, PROJECT, OPTION, status=201),
    Row("PUT, PATCH", f"{OPTIONS}{{option}}/", PROJECT, {**OPTION, "string_value": "green"}, option_of_all,
        note="value"),
    Row("PUT, PATCH", f"{OPTIONS}{{option}}/", PROJECT, {**OPTION, "key": "r"}, option_of_all, note="key"),
    Row("PUT, PATCH", f"{OPTIONS}{{option}}/", NOTHING, {**OPTION, "default_percentage_allocation": 20}, option,
        note="what new environments begin with"),
    Row("PUT, PATCH", f"{OPTIONS}{{option}}/", NOTHING, OPTION, option, audit=0, note="same"),
    Row("DELETE", f"{OPTIONS}{{option}}/", PROJECT, prepare=option, status=204),

    Row("POST", "features/create-feature-export/", NOTHING, {"environment_id": "{environment}", "tag_ids": []},
        status=201, audit=0),
    Row("POST", "features/feature-import/{environment}/", PROJECT, {"strategy": "{strategy}", "file": "{file}"},
        export("OVERWRITE_DESTRUCTIVE", same=False), status=201),
    Row("POST", "features/feature-import/{environment}/", NOTHING, {"strategy": "{strategy}", "file": "{file}"},
        export("SKIP", same=False), status=201, note="of which all are skipped"),
]

SEGMENT_ROWS = [
    Row("POST", SEGMENTS, PROJECT, {"name": "new", "rules": PLAN_IS_FREE}, status=201),
    Row("PUT, PATCH", f"{SEGMENTS}{{segment}}/", PROJECT, {"name": "other", "rules": PLAN_IS_FREE}, segment_override,
        note="name and rules"),
    Row("PUT, PATCH", f"{SEGMENTS}{{segment}}/", NOTHING, {"name": "{segment_name}", "rules": PLAN_IS_MAX}, segment,
        audit=0, note="same"),
    Row("DELETE", f"{SEGMENTS}{{segment}}/", PROJECT, prepare=segment, status=204, note="that overrides nothing"),
    Row("DELETE", f"{SEGMENTS}{{segment}}/", PROJECT, prepare=segment_override, status=204, note="that overrides"),
    Row("POST", f"{SEGMENTS}{{segment}}/clone/", PROJECT, {"name": "copy"}, segment, status=201),

    Row("POST", "features/feature-segments/", NOTHING, LINK, segment, status=201),
    Row("PUT, PATCH", "features/feature-segments/{id}/", NOTHING, LINK, link, audit=0),
    Row("DELETE", "features/feature-segments/{id}/", NOTHING, prepare=link, status=204, note="without a state"),
    Row("DELETE", "features/feature-segments/{id}/", HERE, prepare=segment_override, status=204, note="with a state"),
    Row("POST", "features/feature-segments/update-priorities/", HERE, [{"id": "{id}", "priority": 0}],
        segment_override),
    Row("POST", "features/feature-segments/update-priorities/", NOTHING, [{"id": "{id}", "priority": 1}],
        segment_override, audit=0, note="same"),
    Row("POST", "environments/{key}/features/{feature}/create-segment-override/", HERE,
        {"enabled": True, "feature_segment": {"segment": "{segment}"}}, segment, status=201),
]

STATE_ROWS = [
    Row("POST", "environments/{key}/featurestates/", NOTHING, {"feature": "{feature}"}, status=400, audit=0),
    Row("PUT, PATCH", STATE, HERE, {"enabled": False, "feature_state_value": "blue"}, state, note="enabled"),
    Row("PUT, PATCH", STATE, HERE, {"enabled": True, "feature_state_value": 7}, state, note="value"),
    Row("PUT, PATCH", STATE, HERE, {"enabled": False, "feature_state_value": 7,
                                    "multivariate_feature_state_values": weights(100)}, state_with_option,
        note="enabled, value and weights"),
    Row("PUT, PATCH", STATE, NOTHING, {"enabled": True, "feature_state_value": "blue"}, state, audit=0, note="same"),
    Row("DELETE", STATE, HERE, prepare=override, status=204),

    Row("POST", "features/featurestates/", HERE,
        {"feature": "{feature}", "environment": "{environment}", "feature_segment": "{id}", "enabled": True}, link,
        status=201, note="of a segment"),
    Row("POST", "features/featurestates/", HERE,
        {"feature": "{feature}", "environment": "{environment}", "identity": "{identity}", "enabled": False},
        status=201, note="of an identity"),
    Row("PUT, PATCH", "features/featurestates/{id}/", HERE,
        {"feature": "{feature}", "environment": "{environment}", "enabled": False}, state),
    Row("PUT, PATCH", "features/featurestates/{id}/", NOTHING,
        {"feature": "{feature}", "environment": "{environment}", "enabled": True}, state, audit=0, note="same"),
]

FLAG_ROWS = [
    Row("PATCH", FLAG, HERE, WHOLE_FLAG, segment_override, audit=2, note="default and override"),
    Row("PUT", FLAG, HERE, WHOLE_FLAG, segment_override, audit=3, note="default, override, and one that goes"),
    Row("PATCH", FLAG, NOTHING, {"environment_default": {"enabled": True}}, audit=0, note="same"),
    Row("DELETE", f"{FLAG}segment-overrides/{{segment}}/", HERE, prepare=segment_override),
]

IDENTITY_ROWS = [
    Row("POST", "environments/{key}/identities/", NOTHING, {"identifier": "carol"}, status=201, audit=0),
    Row("PUT, PATCH", IDENTITY_PATH, NOTHING, {"identifier": "alice"}, audit=0),
    Row("DELETE", IDENTITY_PATH, IDENTITY, status=204, note="without overrides"),
    Row("DELETE", IDENTITY_PATH, IDENTITY, prepare=pro, status=204, note="that a segment had"),
    Row("DELETE", IDENTITY_PATH, HERE, prepare=override, status=204, note="with an override"),

    Row("POST", OVERRIDES, HERE, {"feature": "{feature}", "enabled": True, "feature_state_value": "hers"}, status=201),
    Row("POST", OVERRIDES, HERE, {"feature": "{feature}", "enabled": True, "feature_state_value": "blue"}, status=201,
        note="that changes nothing for her"),
    Row("PUT, PATCH", f"{OVERRIDES}{{id}}/", HERE, {"feature": "{feature}", "enabled": False,
                                                    "feature_state_value": 1}, override),
    Row("PUT, PATCH", f"{OVERRIDES}{{id}}/", NOTHING, {"feature": "{feature}", "enabled": True,
                                                       "feature_state_value": "hers"}, override, audit=0, note="same"),
    Row("DELETE", f"{OVERRIDES}{{id}}/", HERE, prepare=override, status=204),
    Row("POST", f"{OVERRIDES}clone-from-given-identity/", HERE, {"source_identity_id": "{source}"}, second_identity),
    Row("POST", f"{OVERRIDES}clone-from-given-identity/", HERE, {"source_identity_id": "{source}"},
        identity_without_overrides, note="of none"),

    Row("POST", TRAITS, IDENTITY, {"trait_key": "city", "value_type": "unicode", "string_value": "Rome"}, status=201,
        audit=0, note="that decides nothing"),
    Row("PUT, PATCH", f"{TRAITS}{{id}}/", IDENTITY, typed_plan("pro"), trait, audit=0, note="that decides"),
    Row("PUT, PATCH", f"{TRAITS}{{id}}/", IDENTITY, typed_plan("none"), trait, audit=0, note="that decides nothing"),
    Row("PUT, PATCH", f"{TRAITS}{{id}}/", NOTHING, typed_plan("free"), trait, audit=0, note="same"),
    Row("DELETE", f"{TRAITS}{{id}}/", IDENTITY, prepare=pro, status=204, audit=0, note="that decides"),
    Row("DELETE", f"{TRAITS}{{id}}/", IDENTITY, prepare=trait, status=204, audit=0, note="that decides nothing"),
    Row("DELETE", f"{TRAITS}{{id}}/", IDENTITY, prepare=pro, status=204, audit=0, query="?deleteAllMatchingTraits=true",
        note="of all identities"),
    Row("POST", "environments/{key}/delete-traits/", IDENTITY, {"key": "plan"}, pro, status=204, audit=0),
    Row("POST", "environments/{key}/delete-traits/", NOTHING, {"key": "unknown"}, status=204, audit=0, note="of none"),
]

SDK_ROWS = [row for caller in ("client", "server") for row in (
    Row("POST", "identities/", IDENTITY, {"identifier": "alice", "traits": [
        {"trait_key": "plan", "trait_value": "pro"}, {"trait_key": "visits", "trait_value": 2}]}, audit=0,
        caller=caller, note="that decides"),
    Row("POST", "identities/", IDENTITY, {"identifier": "alice", "traits": [
        {"trait_key": "visits", "trait_value": 2}]}, audit=0, caller=caller, note="that decides nothing"),
    Row("POST", "identities/", NOTHING, {"identifier": "alice", "traits": [
        {"trait_key": "visits", "trait_value": 1}]}, audit=0, caller=caller, note="same"),
    Row("POST", "identities/", NOTHING, {"identifier": "alice", "traits": [
        {"trait_key": "plan", "trait_value": "pro", "transient": True}]}, audit=0, caller=caller, note="transient"),
    Row("POST", "identities/", NOTHING, {"identifier": "carol", "traits": [
        {"trait_key": "plan", "trait_value": "pro"}]}, audit=0, caller=caller, note="of another"),
    Row("POST", "traits/", IDENTITY, plan("pro"), audit=0, caller=caller, note="that decides"),
    Row("POST", "traits/", NOTHING, plan("free"), audit=0, caller=caller, note="same"),
    Row("PUT", "traits/bulk/", IDENTITY, [plan("pro"), {**plan("x"), "trait_key": "city"}], audit=0, caller=caller,
        note="two of one"),
    Row("PUT", "traits/bulk/", NOTHING, [plan("free")], audit=0, caller=caller, note="same"),
    Row("POST", "traits/increment-value/", IDENTITY, {"identifier": "alice", "trait_key": "visits",
                                                      "increment_by": 1}, audit=0, caller=caller),
    Row("POST", "traits/increment-value/", NOTHING, {"identifier": "alice", "trait_key": "visits",
                                                     "increment_by": 0}, audit=0, caller=caller, note="by nothing"),
    Row("POST", "identities/{identifier}/traits/{key}", IDENTITY, {"trait_value": "pro"},
        lambda _scene: {"key": "plan"}, audit=0, caller=caller),
    Row("POST", "bulk-identities/", IDENTITY, {"data": [{"identifier": "alice", "traits": [
        {"trait_key": "plan", "trait_value": "pro"}]}]}, audit=0, caller=caller),
    Row("POST", "/api/v1/analytics/flags/", NOTHING, {"banner": 3}, audit=0, caller=caller),
    Row("POST", "/api/v2/analytics/flags/", NOTHING,
        {"evaluations": [{"feature_name": "banner", "count": 1, "enabled_when_evaluated": True}]}, audit=0,
        status=204, caller=caller),
)] + [
    Row("POST", "/sse/environments/{key}/queue-change", HERE, {"updated_at": "2026-05-01T09:30:00Z"}, audit=0,
        caller="publisher"),
]

ROWS = (ACCOUNT_ROWS + ORGANISATION_ROWS + PERMISSION_ROWS + PROJECT_ROWS + ENVIRONMENT_ROWS + TAG_ROWS + FEATURE_ROWS +
        SEGMENT_ROWS + STATE_ROWS + FLAG_ROWS + IDENTITY_ROWS + SDK_ROWS)
