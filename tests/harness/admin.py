# SPDX-License-Identifier: Apache-2.0
"""The management API as scripts use it, and the objects that tests make with it."""

import itertools
import json
import threading
from fractions import Fraction
from urllib.parse import quote

from harness.http import Connection, Response, encode_request
from harness.server import ADMIN_TOKEN
from harness.stamps import stamp_of

NUMBERS = itertools.count(1)

# Of values that travel as typed objects: name of the type and the member that holds it.
TYPES = {str: ("unicode", "string_value"), int: ("int", "integer_value"), bool: ("bool", "boolean_value"),
         type(None): ("unicode", "string_value")}


def typed(value) -> dict:
    kind, member = TYPES[type(value)]
    return {"type": kind, member: value}


def value_of(fields: dict):
    """The other way round; members of other types count for nothing."""
    return fields[dict(TYPES.values())[fields["type"]]]


class Admin:
    """Calls with a token, on one kept connection per thread."""

    def __init__(self, port: int, token: str | None = ADMIN_TOKEN):
        self.port = port
        self.headers = [("Content-Type", "application/json")]
        if token:
            self.headers.append(("Authorization", f"Token {token}"))
        self._local = threading.local()

    def call(self, method: str, path: str, body=None) -> Response:
        """Whatever the answer is. `path` begins after /api/v1/, or with a slash."""
        target = path if path.startswith("/") else f"/api/v1/{path}"
        data = None if body is None else json.dumps(body).encode()
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = Connection(self.port)
        try:
            response = connection.request(method, target, self.headers, data)
        except OSError:
            self.forget_connection()
            raise
        if "close" in response.headers.items_of("Connection"):
            self.forget_connection()
        return response

    def forget_connection(self) -> None:
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
        self._local.connection = None

    def get(self, path: str):
        return self.call("GET", path).expect(200).json()

    def post(self, path: str, body):
        return self.call("POST", path, body).expect(201).json()

    def put(self, path: str, body):
        return self.call("PUT", path, body).expect(200).json()

    def patch(self, path: str, body):
        return self.call("PATCH", path, body).expect(200).json()

    def delete(self, path: str) -> None:
        self.call("DELETE", path).expect(204)

    def encode(self, method: str, path: str, body) -> bytes:
        """The bytes of a call, for pipelining."""
        return encode_request(method, f"/api/v1/{path}", self.headers, json.dumps(body).encode())

    # ---- making things ----

    def make_organisation(self) -> dict:
        return self.post("organisations/", {"name": f"Organisation {next(NUMBERS)}"})

    def make_project(self, organisation: int = 1, **fields) -> "Project":
        body = {"name": f"Project {next(NUMBERS)}", "organisation": organisation, **fields}
        return Project(self, self.post("projects/", body)["id"])


class Project:
    """A project of a test's own."""

    def __init__(self, admin: Admin, project_id: int):
        self.admin = admin
        self.id = project_id

    def patch(self, **fields) -> dict:
        return self.admin.patch(f"projects/{self.id}/", fields)

    def make_environment(self, **fields) -> "Environment":
        body = {"name": f"Environment {next(NUMBERS)}", "project": self.id, **fields}
        return Environment(self.admin, self, self.admin.post("environments/", body))

    def make_feature(self, name: str, enabled: bool = False, value=None, **fields) -> dict:
        body = {"name": name, "default_enabled": enabled, "initial_value": value, **fields}
        return self.admin.post(f"projects/{self.id}/features/", body)

    def make_segment(self, name: str, rules: list[dict], **fields) -> dict:
        return self.admin.post(f"projects/{self.id}/segments/",
                               {"name": name, "project": self.id, "rules": rules, **fields})


class Environment:
    """An environment with one server key, and the SDK calls on it."""

    def __init__(self, admin: Admin, project: Project | None, entity: dict, server_key: str | None = None):
        self.admin = admin
        self.project = project
        self.entity = entity
        self.id: int = entity["id"]
        self.key: str = entity["api_key"]
        self.server_key: str = server_key or self.make_server_key()["key"]
        self._states: dict[str, int] = {}

    @property
    def port(self) -> int:
        return self.admin.port

    @property
    def path(self) -> str:
        return f"environments/{self.key}"

    def make_server_key(self, **fields) -> dict:
        return self.admin.post(f"{self.path}/api-keys/", {"name": "tests", **fields})

    def patch(self, **fields) -> dict:
        return self.admin.patch(f"{self.path}/", fields)

    # ---- states ----

    def state_path(self, feature: str) -> str:
        """Of the environment's default state of a feature, by the feature's name."""
        if feature not in self._states:
            found = self.admin.get(f"{self.path}/featurestates/?feature_name={quote(feature)}")["results"]
            assert len(found) == 1, found
            self._states[feature] = found[0]["id"]
        return f"{self.path}/featurestates/{self._states[feature]}/"

    def set(self, feature: str, **fields) -> dict:
        """Fields: enabled, feature_state_value."""
        return self.admin.put(self.state_path(feature), fields)

    # ---- identities ----

    def identity_id(self, identifier: str) -> int:
        """Makes the identity if need be."""
        listed = self.admin.get(f'{self.path}/identities/?q=%22{quote(identifier)}%22')["results"]
        ids = [one["id"] for one in listed if one["identifier"] == identifier]
        return ids[0] if ids else self.admin.post(f"{self.path}/identities/", {"identifier": identifier})["id"]

    def override(self, identifier: str, feature: str, **fields) -> dict:
        """Makes an override of one identity; fields as in `set`."""
        feature_id = self.feature_id(feature)
        path = f"{self.path}/identities/{self.identity_id(identifier)}/featurestates/"
        return self.admin.post(path, {"feature": feature_id, **fields})

    def override_for_segment(self, feature: int, segment: int, *, enabled: bool, value=None, weights=()) -> dict:
        """Makes an override of a feature by a segment, weaker than those that are there. Weights are of its options."""
        body = {"enabled": enabled, "feature_state_value": typed(value),
                "feature_segment": {"segment": segment},
                "multivariate_feature_state_values": list(weights)}
        return self.admin.post(f"{self.path}/features/{feature}/create-segment-override/", body)

    def feature_id(self, feature: str) -> int:
        return next(flag["feature"]["id"] for flag in self.flags(server=True).json()
                    if flag["feature"]["name"] == feature)

    def evaluations(self, feature: str) -> int:
        """How often it was evaluated, as the management API tells."""
        path = f"projects/{self.project.id}/features/{self.feature_id(feature)}/evaluation-data/"
        return sum(day["count"] for day in self.admin.get(f"{path}?environment_id={self.id}"))

    # ---- what SDKs call ----

    def sdk(self, method: str, path: str, body=None, *, server: bool = False, headers=()) -> Response:
        """`path` begins after /api/v1/; a connection of its own."""
        with Connection(self.port) as connection:
            return self.sdk_on(connection, method, path, body, server=server, headers=headers)

    def sdk_on(self, connection: Connection, method: str, path: str, body=None, *, server: bool = False,
               headers=()) -> Response:
        pairs = [("X-Environment-Key", self.server_key if server else self.key), *headers]
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            pairs.append(("Content-Type", "application/json"))
        return connection.request(method, f"/api/v1/{path}", pairs, data)

    def flags(self, server: bool = False) -> Response:
        return self.sdk("GET", "flags/", server=server).expect(200)

    def flag(self, name: str, server: bool = False) -> dict:
        return next(flag for flag in self.flags(server).json() if flag["feature"]["name"] == name)

    def document(self) -> Response:
        return self.sdk("GET", "environment-document/", server=True).expect(200)

    def identify(self, identifier: str, traits=None, **fields) -> Response:
        body = {"identifier": identifier, "traits": traits or [], **fields}
        return self.sdk("POST", "identities/", body).expect(200)

    def stamp(self) -> Fraction:
        return stamp_of(self.flags())
