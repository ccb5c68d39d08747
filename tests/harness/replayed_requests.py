# SPDX-License-Identifier: Apache-2.0
"""The requests of each official SDK, by its sources or as it was seen to send them: what goes to which path, with which
headers, in which form. For languages whose package cannot be had where tests run, this stands in for the SDK."""

import dataclasses
import json
from collections.abc import Callable

from harness.http import HeaderList

JSON = "application/json"
JSON_UTF8 = "application/json; charset=utf-8"
Traits = dict[str, object]


def pairs_of(traits: Traits, **fields) -> list[dict]:
    return [{"trait_key": key, "trait_value": value, **fields} for key, value in traits.items()]


# ---- bodies of POST identities/ ----

def nothing_but_what_is_set(identifier: str, traits: Traits, transient: bool) -> dict:
    """Members that would say nothing are left out, but for the traits."""
    return {"identifier": identifier, "traits": pairs_of(traits), **({"transient": True} if transient else {})}


def without_empty_traits(identifier: str, traits: Traits, transient: bool) -> dict:
    body = nothing_but_what_is_set(identifier, traits, transient)
    if not traits:
        del body["traits"]
    return body


def always_transient(identifier: str, traits: Traits, transient: bool) -> dict:
    """Booleans are always there, on the identity and on each trait."""
    return {"identifier": identifier, "traits": pairs_of(traits, transient=False), "transient": transient}


def ruby(identifier: str, traits: Traits, transient: bool) -> dict:
    return {"identifier": identifier, "traits": pairs_of(traits), "transient": transient}


def elixir(identifier: str, traits: Traits, transient: bool) -> dict:
    """Each value in an object that names its type; numbers as text."""
    def wrapped(value: object) -> dict:
        if isinstance(value, bool):
            return {"type": "boolean", "value": value}
        if isinstance(value, (int, float)):
            return {"type": "decimal", "value": str(value)}
        return {"type": "string", "value": value}

    typed = {key: wrapped(value) for key, value in traits.items()}
    body = {"identifier": identifier, "transient": transient}
    return {**body, "traits": pairs_of(typed, transient=False)} if traits else body


def android(identifier: str, traits: Traits, transient: bool) -> dict:
    """Each value as text."""
    return nothing_but_what_is_set(identifier, {key: as_android(value) for key, value in traits.items()}, transient)


def as_android(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclasses.dataclass(frozen=True)
class Replayed:
    """One SDK.

    agent     the header that names it
    on_all    headers of every request beside the key's, in which the key's header may be spelt in its own way
    on_get    further ones of requests without a body
    on_post   headers of requests with a body
    """

    name: str
    agent: tuple[str, str]
    identity_body: Callable[[str, Traits, bool], dict]
    on_all: tuple[tuple[str, str], ...] = ()
    on_get: tuple[tuple[str, str], ...] = ()
    on_post: tuple[tuple[str, str], ...] = (("Content-Type", JSON),)
    key_header: str = "X-Environment-Key"
    flags: bool = True
    identity_by_get: bool = False
    trait_body: Callable[[str, str, object], dict] | None = None
    bulk: bool = False
    document: bool = True
    traits_are_text: bool = False

    @property
    def client_side(self) -> bool:
        return not self.document

    def headers(self, key: str, *, body: bool) -> HeaderList:
        headers = [(self.key_header, key), self.agent, *self.on_all]
        if not body:
            return [*headers, *self.on_get]
        given = {name for name, _ in self.on_post}
        return [pair for pair in headers if pair[0] not in given] + [*self.on_post]

    def encode(self, body: dict) -> bytes:
        return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()

    def stored(self, value: object) -> object:
        """What the server should keep of a trait."""
        return as_android(value) if self.traits_are_text else value


def trait_of_identity(identifier: str, key: str, value: object) -> dict:
    return {"identity": {"identifier": identifier}, "trait_key": key, "trait_value": value}


def flutter_trait(identifier: str, key: str, value: object) -> dict:
    return {"identity": {"identifier": identifier, "transient": False}, "trait_key": key, "trait_value": value}


def user_agent(name: str, version: str) -> tuple[str, str]:
    return ("User-Agent", f"flagsmith-{name}-sdk/{version}")


GZIP = ("Accept-Encoding", "gzip")

REPLAYED = [
    Replayed("javascript", ("Flagsmith-SDK-User-Agent", "flagsmith-js-sdk/12.4.0"), nothing_but_what_is_set,
             on_all=(("Origin", "https://shop.example"), ("Accept", "*/*"), ("Accept-Encoding", "gzip, deflate, br")),
             on_post=(("Content-Type", JSON_UTF8),), identity_by_get=True, document=False),
    Replayed("node", ("User-Agent", "unknown"), nothing_but_what_is_set,
             on_all=(("Content-Type", JSON), ("Accept", "*/*"), ("Accept-Language", "*"), ("Sec-Fetch-Mode", "cors"),
                     ("Accept-Encoding", "gzip, deflate"))),
    Replayed("python", user_agent("python", "6.3.0"), nothing_but_what_is_set,
             on_all=(("Accept", "*/*"), ("Accept-Encoding", "gzip, deflate"))),
    Replayed("ruby", user_agent("ruby", "4.3.0"), ruby,
             on_all=(("Content-Type", JSON), ("Accept", JSON), ("Accept-Encoding", "gzip;q=1.0,deflate;q=0.6,identity;q=0.3"))),
    Replayed("go", user_agent("go", "v5.1.0"), without_empty_traits, on_all=(("Accept", JSON), GZIP), bulk=True),
    Replayed("rust", user_agent("rust", "3.1.2"), always_transient, on_all=(("Content-Type", JSON), ("Accept", "*/*"))),
    Replayed("java", ("User-Agent", "okhttp/4.12.0"), without_empty_traits, on_all=(("Accept", JSON), GZIP),
             on_post=(("Content-Type", JSON_UTF8),)),
    Replayed("dotnet", user_agent("dotnet", "9.0.0"), always_transient, on_post=(("Content-Type", JSON_UTF8),)),
    # For an environment's flags too it asks for the document.
    Replayed("elixir", user_agent("elixir", "2.3.1"), elixir, on_all=(("te", ""),), on_get=(("content-length", "0"),),
             flags=False),
    Replayed("php", user_agent("php", "5.1.0"), nothing_but_what_is_set,
             on_all=(("Content-Type", JSON), ("Accept", JSON))),
    Replayed("ios", user_agent("swift-ios", "3.10.0"), always_transient,
             on_all=(("Content-Type", JSON), ("Accept", "*/*"), ("Accept-Encoding", "gzip, deflate, br")),
             identity_by_get=True, trait_body=trait_of_identity, document=False),
    Replayed("android", user_agent("kotlin-android", "1.9.0"), android, on_all=(GZIP,),
             on_post=(("Content-Type", JSON_UTF8), ("Accept", JSON)), key_header="X-environment-key",
             identity_by_get=True, document=False, traits_are_text=True),
    Replayed("flutter", user_agent("flutter", "6.1.0"), without_empty_traits,
             on_all=(("Accept", JSON), GZIP), on_post=(("Content-Type", JSON_UTF8),), identity_by_get=True,
             trait_body=flutter_trait, document=False),
]
