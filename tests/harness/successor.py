# SPDX-License-Identifier: Apache-2.0
"""The side of a process that takes over, as far as a test wants it to go."""

import array
import json
import os
import pathlib
import socket

from harness.deadline import PATIENCE

MESSAGE_BYTES = 1 << 18


class Successor:
    """Speaks on DIR/flagstream.sock: sequenced packets, each a line of JSON with what follows it."""

    def __init__(self, data: pathlib.Path):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(60 * PATIENCE)
        self._socket.connect(str(data / "flagstream.sock"))
        self._descriptors = array.array("i")

    def __enter__(self) -> "Successor":
        return self

    def __exit__(self, *_exception) -> None:
        self._socket.close()
        for descriptor in self._descriptors:
            os.close(descriptor)

    def say(self, **fields) -> None:
        self._socket.sendall(json.dumps({**fields, "texts": []}).encode() + b"\n")

    def hear(self) -> dict:
        """The next message's line; its descriptor is kept open until the end."""
        packet, control, _flags, _address = self._socket.recvmsg(MESSAGE_BYTES, socket.CMSG_SPACE(4))
        for _level, _kind, data in control:
            self._descriptors.frombytes(data)
        return json.loads(packet.partition(b"\n")[0])

    def hear_until(self, field: str) -> list[dict]:
        """What comes before the message that has the field."""
        heard = []
        while field not in (message := self.hear()):
            heard.append(message)
        return heard
