# SPDX-License-Identifier: Apache-2.0
"""The official SDKs that tests drive: the programs that run them, and the ways in which each holds its flags."""

import dataclasses
import json
import os
import pathlib
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Set by `./dev test-sdks`, which installs every toolchain: then what is missing is a failure, not a skip.
ALL = os.environ.get("FLAGSTREAM_TEST_SDKS") == "all"


@dataclasses.dataclass(frozen=True)
class Program:
    """A driver. `arguments` begins with the interpreter or the built program; `files` must be there too.

    required  its package comes from a registry that ./dev uses: where it was to be installed, a missing one fails
    small     `./dev test` installs it; the others only `./dev test-sdks`
    """

    name: str
    arguments: tuple[str, ...]
    files: tuple[str, ...] = ()
    required: bool = False
    small: bool = False

    def command(self) -> list[str]:
        return [sys.executable if self.arguments[0] == "python" else self.arguments[0], *self.arguments[1:]]

    def missing(self) -> str | None:
        """What is not on this machine; None if it can run."""
        interpreter = self.command()[0]
        if not shutil.which(interpreter, path=f"{os.environ.get('PATH')}:{ROOT}") and not (ROOT / interpreter).exists():
            return f"not installed: {interpreter}"
        absent = [file for file in self.files if not (ROOT / file).exists()]
        return f"not installed: {absent[0]}" if absent else None


NODE_MODULES = "tests/sdk/js/node_modules"

PROGRAMS = {program.name: program for program in [
    Program("javascript", ("node", "tests/sdk/js/javascript.mjs"), (NODE_MODULES,), required=True, small=True),
    Program("chromium", ("node", "tests/sdk/js/chromium.mjs"), (NODE_MODULES,), required=True, small=True),
    Program("node", ("node", "tests/sdk/js/node.mjs"), (NODE_MODULES,), required=True, small=True),
    Program("python", ("python", "tests/sdk/python/driver.py"), required=True, small=True),
    Program("rust", ("build/sdk/rust/debug/flagstream-sdk-driver",), required=True),
    Program("java", ("java", "-cp", "build/sdk/java/classes:build/sdk/java/lib/*", "Driver"),
            ("build/sdk/java/classes/Driver.class",), required=True),
    Program("go", ("build/sdk/go/driver",)),
    Program("ruby", ("ruby", "tests/sdk/ruby/driver.rb")),
    Program("php", ("php", "tests/sdk/php/driver.php")),
    Program("elixir", ("elixir", "tests/sdk/elixir/driver.exs")),
    Program("dotnet", ("dotnet", "build/sdk/dotnet/Driver.dll"), ("build/sdk/dotnet/Driver.dll",)),
    Program("swift", ("build/sdk/swift/release/Driver",)),
    Program("dart", ("build/sdk/dart/driver",)),
    Program("kotlin", ("java", "-cp", "build/sdk/kotlin/classes:build/sdk/kotlin/lib/*", "DriverKt"),
            ("build/sdk/kotlin/classes/DriverKt.class",)),
]}


@dataclasses.dataclass(frozen=True)
class Way:
    """One SDK in one of its ways to hold flags.

    mode  remote: each reading asks the server
          local: holds the environment document, evaluates itself, polls
          stream: fetches when the stream tells of a change; JavaScript and Kotlin hold flags, the others the document
    """

    program: str
    sdk: str
    mode: str
    values_are_text: bool = False
    variants_are_text: bool = False
    empty_text_is_none: bool = False

    def __str__(self) -> str:
        runtime = "" if self.sdk.startswith(self.program) else f"{self.program}-"
        return f"{runtime}{self.sdk}-{self.mode}"

    @property
    def client_side(self) -> bool:
        """It holds the flags of one identity and is given a client key."""
        return self.program in ("javascript", "chromium")

    @property
    def needs_server_key(self) -> bool:
        # Elixir asks for the document even for the flags of an environment; Kotlin never does.
        return self.sdk == "elixir" or (self.mode != "remote" and not self.client_side and self.sdk != "kotlin")

    def seen(self, value):
        """A flag's value as this SDK gives it out."""
        if value == "" and self.empty_text_is_none:
            return None
        return str(value) if self.values_are_text and value is not None else value

    def seen_variant(self, value):
        """The same of a value that a variant gave."""
        return json.dumps(value) if self.variants_are_text and not isinstance(value, str) else self.seen(value)


WAYS = [
    *(Way(runtime, sdk, "stream") for runtime in ("javascript", "chromium")
      for sdk in ("javascript-12", "javascript-10")),
    Way("chromium", "react-12", "stream"),
    Way("chromium", "react-native-11", "stream"),
    *(Way(name, name, mode) for name in ("node", "rust", "ruby", "php") for mode in ("remote", "local")),
    Way("java", "java", "remote"),
    # Its own evaluation reads a variant's value as text.
    Way("java", "java", "local", variants_are_text=True),
    # By itself it polls once a minute at most, which is too long to wait for here.
    Way("elixir", "elixir", "remote", empty_text_is_none=True),
    *(Way("dotnet", "dotnet", mode, values_are_text=True) for mode in ("remote", "local")),
    Way("swift", "swift", "remote"),
    Way("dart", "dart", "remote", values_are_text=True),
    *(Way("kotlin", "kotlin", mode) for mode in ("remote", "stream")),
    *(Way(name, name, mode) for name in ("python", "go") for mode in ("remote", "local", "stream")),
]
