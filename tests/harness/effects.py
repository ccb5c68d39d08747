# SPDX-License-Identifier: Apache-2.0
"""What one request does to stamps, streams, revisions and the audit log, everywhere it could."""

import contextlib
import dataclasses
import itertools
import sqlite3
from fractions import Fraction

from harness.admin import Admin, Environment
from harness.segments import serve_segment
from harness.server import Server
from harness.sse import Stream, identity_stream_path
from harness.stamps import stamp_of

IDENTIFIER = "alice"
# Of everything that is made here: nothing of another row is in the way.
NUMBERS = itertools.count(1)


@dataclasses.dataclass(frozen=True)
class Effect:
    """Names of environments; what is not named is untouched."""

    name: str
    stamped: frozenset[str] = frozenset()
    revised: frozenset[str] = frozenset()  # without a stamp: keys
    closed: frozenset[str] = frozenset()
    identity: bool = False  # a stamp of its own
    makes_environment: bool = False


NOTHING = Effect("nothing")
HERE = Effect("the environment", stamped=frozenset({"dev"}))
PROJECT = Effect("all environments of the project", stamped=frozenset({"dev", "prod"}))
ORGANISATION = Effect("all of the organisation", stamped=frozenset({"dev", "prod", "neighbour"}))
IDENTITY = Effect("the identity", identity=True)
KEYS = Effect("keys of the environment", revised=frozenset({"dev"}))
NEW = Effect("the new environment", makes_environment=True)
CLOSES_HERE = Effect("closes streams of the environment", closed=HERE.stamped)
CLOSES_PROJECT = Effect("closes streams of the project", closed=PROJECT.stamped)
CLOSES_ORGANISATION = Effect("closes streams of the organisation", closed=ORGANISATION.stamped)


class Rows:
    """What is stored, read beside the running server."""

    def __init__(self, server: Server):
        self._file = f"file:{server.data / 'flagstream.db'}?mode=ro"

    def select(self, statement: str, *values) -> list[tuple]:
        with contextlib.closing(sqlite3.connect(self._file, uri=True)) as database:
            return database.execute(statement, values).fetchall()

    def audit_count(self) -> int:
        return self.select("SELECT count(*) FROM audit_log")[0][0]

    def stamps_issued(self, environment: int) -> tuple[int, int, int] | None:
        """The environment's stamp, the one before, and its revision; None if it is gone."""
        found = self.select("SELECT stamp, previous_stamp, revision FROM environment WHERE id = ?", environment)
        return found[0] if found else None


@dataclasses.dataclass(frozen=True)
class Served:
    """What the identity is shown, and under which stamp."""

    flags: frozenset
    stamp: Fraction


class Scene:
    """An organisation of its own with two projects: `dev` and `prod` are environments of the one, `neighbour` of the
    other; `stranger` is of another organisation and shared by all scenes. Identity alice is in dev, where a segment
    decides by her plan."""

    def __init__(self, server: Server, stranger: Environment):
        self.admin = Admin(server.port)
        self.rows = Rows(server)
        self.name = f"Scene {next(NUMBERS)}"
        self.organisation = self.admin.post("organisations/", {"name": self.name})["id"]
        self.project = self.admin.make_project(self.organisation)
        neighbours = self.admin.make_project(self.organisation)
        self.banner = self.project.make_feature("banner", enabled=True, value="blue")["id"]
        for project in (self.project, neighbours):
            project.make_feature("signal", enabled=True, value="0")
        self.dev = self.project.make_environment()
        self.environments = {"dev": self.dev, "prod": self.project.make_environment(),
                             "neighbour": neighbours.make_environment(), "stranger": stranger}
        serve_segment(self.dev, "plan", "pro", "banner", "gold")
        self.dev.identify(IDENTIFIER, [{"trait_key": "plan", "trait_value": "free"},
                                       {"trait_key": "visits", "trait_value": 1}])
        self.identity = self.dev.identity_id(IDENTIFIER)
        self.streams: dict[str, Stream] = {}
        self.identity_stream: Stream | None = None

    def close(self) -> None:
        for stream in (*self.streams.values(), self.identity_stream):
            if stream:
                stream.connection.close()
        self.admin.call("DELETE", f"organisations/{self.organisation}/")
        self.admin.forget_connection()

    def names(self) -> dict:
        """What paths and bodies may name."""
        return {"organisation": self.organisation, "organisation_name": self.name, "project": self.project.id,
                "project_name": self.admin.get(f"projects/{self.project.id}/")["name"],
                "environment": self.dev.id, "environment_name": self.dev.entity["name"], "key": self.dev.key,
                "feature": self.banner, "identity": self.identity, "identifier": IDENTIFIER}

    def open_streams(self) -> None:
        self.streams = {name: Stream(one.port, one.key) for name, one in self.environments.items()}
        self.identity_stream = Stream(self.dev.port, path=identity_stream_path(self.dev.key, IDENTIFIER))
        for name, stream in self.streams.items():
            stream.stamp_at_least(self.signal(name))
        self.identity_stream.stamp_at_least(self.served().stamp)

    def signal(self, name: str) -> Fraction:
        """A change that every stream of the environment must be told, and the stamp of it."""
        environment = self.environments[name]
        environment.set("signal", enabled=True, feature_state_value=str(next(NUMBERS)))
        return environment.stamp()

    def served(self) -> Served:
        response = self.dev.sdk("GET", f"identities/?identifier={IDENTIFIER}").expect(200)
        flags = frozenset((flag["feature"]["name"], flag["enabled"], repr(flag["feature_state_value"]),
                           repr(flag.get("variant"))) for flag in response.json()["flags"])
        return Served(flags, stamp_of(response))

    # ---- one request ----

    def assert_effect(self, request, effect: Effect, audit_rows: int) -> None:
        """`request` does what `effect` says, once, and nothing else."""
        issued = {name: self.rows.stamps_issued(one.id) for name, one in self.environments.items()}
        served, audited = self.served(), self.rows.audit_count()
        answer = request()
        assert self.rows.audit_count() - audited == audit_rows, "rows of the audit log"
        for name, environment in self.environments.items():
            self._assert_stored(name, effect, issued[name], self.rows.stamps_issued(environment.id))
        for name in self.environments:
            self._assert_told(name, effect)
        if "dev" not in effect.closed:
            self._assert_identity_told(served, effect)
        for name in self.environments:
            self._assert_nothing_else_told(name, effect)
        if effect.makes_environment:
            self._assert_new_environment(answer)

    @staticmethod
    def _assert_stored(name: str, effect: Effect, before: tuple, after: tuple | None) -> None:
        if name in effect.closed:
            assert after is None, f"{name} is still there"
        elif name in effect.stamped:
            assert after[0] > before[0], f"{name} got no stamp"
            assert (after[1], after[2]) == (before[0], before[2] + 1), f"{name} got more than one stamp"
        elif name in effect.revised:
            assert after == (*before[:2], before[2] + 1), f"{name} must have a new revision and no new stamp"
        else:
            assert after == before, f"{name} is none of its business"

    def _assert_told(self, name: str, effect: Effect) -> None:
        stream = self.streams[name]
        if name in effect.closed:
            known = len(stream.stamps)
            stream.read_to_last_chunk()
            stream.assert_clean_end()
            assert len(stream.stamps) == known
        elif name in effect.stamped:
            assert stream.next_stamp() == self.environments[name].stamp(), f"{name}: another event than the stamp fetched"

    def _assert_identity_told(self, before: Served, effect: Effect) -> None:
        """Its own stream hears of what changes its flags, and its stamp never goes back."""
        after = self.served()
        assert after.stamp > before.stamp if effect.identity or "dev" in effect.stamped else after == before
        if after.flags != before.flags:
            assert self.identity_stream.next_stamp() == after.stamp

    def _assert_nothing_else_told(self, name: str, effect: Effect) -> None:
        """What comes next on the stream is the next change: no event came between."""
        if name in effect.closed:
            return
        stamp = self.signal(name)
        assert self.streams[name].next_stamp() == stamp, f"{name} was told something else before"
        if name == "dev":
            assert self.identity_stream.next_stamp() == stamp, "the identity was told something else before"

    def _assert_new_environment(self, answer) -> None:
        """Its first event is the stamp that a fetch has."""
        environment = Environment(self.admin, None, answer.json(), server_key="of no use here")
        with Stream(self.admin.port, environment.key) as stream:
            assert stream.next_stamp() == environment.stamp() > 0
