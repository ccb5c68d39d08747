# SPDX-License-Identifier: Apache-2.0
"""What is asked of each published JavaScript SDK, in whichever runtime."""

from harness.admin import Environment
from harness.deadline import wait_until
from harness.javascript import Agent, Client

CHANGES = 100
STREAM_ENDS = 10


def initial_flags(agent: Agent, package: str, environment: Environment) -> None:
    """The SDK starts with the flags of its environment."""
    with Client(agent, package, environment.port, environment.key) as client:
        wait_until(client.flags, "the first flags")
        assert client.flags() == {"banner": [True, "blue"], "dark": [False, None]}
        assert client.changes()[0]["fromServer"] is True


def change_without_reload(agent: Agent, package: str, environment: Environment) -> None:
    """Changes by the management API show in onChange, one by one: state, value, a new feature, a deleted one."""
    with Client(agent, package, environment.port, environment.key) as client:
        wait_until(lambda: client.gate.events >= 1, "the stream to be open")
        environment.set("banner", enabled=False, feature_state_value="red")
        client.wait_for("banner", False, "red")
        environment.set("dark", enabled=True, feature_state_value=7)
        client.wait_for("dark", True, 7)
        feature = environment.project.make_feature("fresh", enabled=True, value="new")
        client.wait_for("fresh", True, "new")
        environment.admin.delete(f"projects/{environment.project.id}/features/{feature['id']}/")
        wait_until(lambda: "fresh" not in client.flags(), "the deleted feature to go")
        assert client.flags() == {"banner": [False, "red"], "dark": [True, 7]}


def hundred_changes(agent: Agent, package: str, environment: Environment) -> None:
    """100 changes as fast as the API allows: the last state is reached, and there are no more fetches than events."""
    with Client(agent, package, environment.port, environment.key) as client:
        wait_until(lambda: client.gate.events >= 1, "the stream to be open")
        for number in range(1, CHANGES + 1):
            environment.set("banner", feature_state_value=number)
        client.wait_for("banner", True, CHANGES)
        # The first fetch is the SDK's own and answers no event.
        assert client.fetches - 1 <= client.gate.events
        seen = [change["flags"]["banner"][1] for change in client.changes()]
        numbers = [value for value in seen if isinstance(value, int)]
        assert numbers == sorted(numbers), "an older state came after a newer one"


def identity_override(agent: Agent, package: str, environment: Environment) -> None:
    """Overrides set, changed and removed for an identity reach the client that identified as it."""
    with Client(agent, package, environment.port, environment.key, identity="alice") as client:
        wait_until(lambda: client.gate.events >= 1 and client.flags(), "the stream to be open")
        assert client.flags()["banner"] == [True, "blue"]
        state = environment.override("alice", "banner", enabled=False, feature_state_value="only alice")
        client.wait_for("banner", False, "only alice")
        path = f"{environment.path}/identities/{environment.identity_id('alice')}/featurestates/{state['id']}/"
        environment.admin.put(path, {"feature": state["feature"], "enabled": True, "feature_state_value": 3})
        client.wait_for("banner", True, 3)
        environment.admin.delete(path)
        client.wait_for("banner", True, "blue")


def traits_do_not_loop(agent: Agent, package: str, environment: Environment) -> None:
    """A client with traits posts them on each refresh; that causes no event, so there are no more fetches than
    events."""
    with Client(agent, package, environment.port, environment.key, identity="alice", traits={"plan": "pro"}) as client:
        wait_until(lambda: client.gate.events >= 1 and client.flags(), "the stream to be open")
        for number in range(5):
            environment.set("banner", feature_state_value=number)
            client.wait_for("banner", True, number)
        assert client.gate.count("/api/v1/identities/", "POST") >= 5
        assert client.fetches - 1 <= client.gate.events <= 6


class IdleClient:
    """A client on a server with short streams that is left alone while other tests run."""

    def __init__(self, agent: Agent, package: str, environment: Environment):
        self._environment = environment
        self._client = Client(agent, package, environment.port, environment.key)
        self._client.wait_ready()
        wait_until(lambda: self._client.gate.events >= 1, "the stream to be open")
        # Once this change is seen, nothing that the start set off is under way any more.
        environment.set("banner", feature_state_value="settled")
        self._client.wait_for("banner", True, "settled")
        self._fetches = self._client.fetches
        self._ends = self._client.gate.clean_ends

    def assert_ends_cause_no_fetch(self) -> None:
        """After ten ends of streams with nothing new a change causes the first fetch, and only one."""
        wait_until(lambda: self._client.gate.clean_ends >= self._ends + STREAM_ENDS, "ten streams to end", seconds=120)
        streams = self._client.gate.count(r"/sse/.*")
        wait_until(lambda: self._client.gate.count(r"/sse/.*") > streams or self.stream_is_open(), "the next stream")
        assert self._client.fetches == self._fetches
        self._environment.set("banner", feature_state_value="after")
        self._client.wait_for("banner", True, "after")
        assert self._client.fetches == self._fetches + 1

    def stream_is_open(self) -> bool:
        return self._client.gate.count(r"/sse/.*") > self._client.gate.clean_ends

    def close(self) -> None:
        self._client.close()
