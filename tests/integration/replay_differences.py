# SPDX-License-Identifier: Apache-2.0
"""Where we answer otherwise than the recorded server, on purpose, and why. The replay fails on any other difference,
and on an entry here that no longer makes one."""

import dataclasses
import re

# Steps that are not sent, since what they need is not built.
WEBHOOKS = "webhooks are not there yet"

SKIPPED = {
    "hook_create": WEBHOOKS,
    "hook_list": WEBHOOKS,
}

# What the skipped steps would have made, so what lists lack: names of features and segments.
NOT_MADE = {"x"}

# Other statuses; the body of such a step is compared with `body` here, by members and types, if there is one.
@dataclasses.dataclass
class Status:
    ours: int
    reason: str
    body: object = None


STATUSES = {
    "org_404": Status(404, "what is absent and what is a stranger's is a 404 everywhere, organisations included",
                      {"detail": "text"}),
    "project_badorg": Status(404, "an organisation that is absent or a stranger's is a 404 in a body too",
                             {"detail": "text"}),
    "me_noauth": Status(401, "the recorded server fails; no credentials are a 401", {"detail": "text"}),
    "project_bad": Status(400, "the recorded server fails; a missing member is a 400", {"organisation": ["text"]}),
    "feature_405": Status(405, "a method that a list does not have is a 405 before it is a matter of rights",
                          {"detail": "text"}),
    "flags_noslash": Status(200, "never a redirect: a redirected POST loses its body in several HTTP libraries"),
    "id_get_none": Status(400, "JavaScript clients would read the recorded 200 as 'no flags'", {"detail": "text"}),
    "segment_badregex": Status(400, "a pattern that is none could never match",
                               {"rules": [{"conditions": [{"value": ["text"]}]}]}),
    "fseg_dup": Status(400, "a second override of a feature by the same segment could never be served",
                       {"non_field_errors": ["text"]}),
    "future_flag": Status(404, "a JSON body: tools take a 404 without one for a server that is too old",
                          {"detail": "text"}),
    "id_badtrait": Status(200, "Java leaves null values out: a missing value deletes the trait"),
}


@dataclasses.dataclass
class Members:
    """Differences in members, by patterns for the step's name and the place in the body."""

    steps: str
    place: str
    reason: str
    used: bool = False
    by_chance: bool = False  # need not be one in every run

    def covers(self, step: str, place: str) -> bool:
        covered = bool(re.fullmatch(self.steps, step) and re.fullmatch(self.place, place))
        self.used |= covered
        return covered


MEMBERS = [
    Members("org_.*", r".*\.subscription\.max_(seats|api_calls)", "nothing is limited: null"),
    Members("org_create", r"\$\.role", "the creator is told its role at once, as the list does"),
    Members("usage", r"\$\.(max_seats|max_api_calls|max_projects|feature_history_visibility_days|"
            r"audit_log_visibility_days)", "nothing is limited: null"),
    Members("audit", r"\$\.results.*", "audit rows are kept and shown on every plan"),
    Members("analytics", r"\$", "the body is {}: Java cannot read an empty one and would send the counts again"),
    Members("id_(get|post|transient|ttrait|anon|objtrait|empty).*|flags.*", r".*\.feature_segment",
            "null always: a number breaks Java 8.0 and drops the flag in Ruby"),
    Members("flat_.*", r"(\$|.*\])\.feature_state_value\.(integer|boolean)_value",
            "fields of the types that the value does not have are null; the recorded ones are left over from earlier"),
    Members("id_post", r"\$\.traits.*\.id", "traits are stored before the answer, so they have their ids"),
    Members("id_.*", r"\$\.flags\[exp\]\.(variant|feature_state_value)",
            "keys are made anew, and with them the choice of variants", by_chance=True),
    Members("fseg_list", r"\$\.results", "a segment overrides a feature once"),
    Members("version", r"\$\.flagstream_version", "our own version beside the API level"),
    Members("(version|health)", "header Allow", "our routes all say what they allow"),
    Members("flags_one", "header Vary", "the answer for one flag must not be kept at all"),
    Members("doc.*", r"\$\.identity_overrides.*\.django_id", "null: Elixir would hash with it"),
]

# Headers. SDK answers vary by what decides them; the recorded server names the key only on some, spelt as a variable.
VARY_OF_SDK = {"x-environment-key", "origin", "accept-encoding"}
