# SPDX-License-Identifier: Apache-2.0
"""A network that fails at random between clients and the server: gates in processes of their own, because each
connection takes two descriptors. What happens to a connection is drawn from a seed.

As a program: fault_gate.py TARGET_PORT SEED. It prints its port; a line on its input heals it, and it ends with its input.
"""

import asyncio
import contextlib
import random
import socket
import subprocess
import sys

PIECE = 1 << 16
# A fault strikes after so many bytes on their way to the client: in the head, in the first event, or later.
BYTES_BEFORE_MAX = 1_500
SECONDS_MAX = 1.5


class FaultGates:
    """Several gates to one port. Context; `heal` ends all faults, those under way too."""

    def __init__(self, target: int, seed: int, count: int = 2):
        self._processes = [subprocess.Popen([sys.executable, __file__, str(target), str(seed * 1_000 + number)],
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
                           for number in range(count)]
        self.ports = [int(process.stdout.readline()) for process in self._processes]

    def __enter__(self) -> "FaultGates":
        return self

    def __exit__(self, *_exception) -> None:
        for process in self._processes:
            process.stdin.close()
        for process in self._processes:
            assert process.wait(30) == 0

    def heal(self) -> None:
        for process in self._processes:
            process.stdin.write("heal\n")
            process.stdin.flush()


class Link:
    """One connection through a gate."""

    def __init__(self, gate: "Gate", chance: random.Random):
        self._gate = gate
        self._chance = chance
        self._fault = chance.choice([None, None, "delay", "slices", "stall", "reset", "end", "swallow"])
        self._bytes_before = chance.randint(0, BYTES_BEFORE_MAX)

    async def run(self, client, server) -> None:
        (client_reader, client_writer), (server_reader, server_writer) = client, server
        upward = asyncio.create_task(self._upward(client_reader, server_writer))
        with contextlib.suppress(OSError):
            await self._downward(server_reader, client_writer)
        upward.cancel()
        for writer in (client_writer, server_writer):
            writer.close()

    async def _upward(self, reader, writer) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(PIECE):
                writer.write(data)
                await writer.drain()
            writer.write_eof()

    async def _downward(self, reader, writer) -> None:
        while data := await reader.read(PIECE):
            healthy = len(data) if self._fault is None or self._gate.healed.is_set() else self._bytes_before
            writer.write(data[:healthy])
            self._bytes_before -= min(healthy, self._bytes_before)
            if rest := data[healthy:]:
                if not await self._strike(rest, writer):
                    return
            await writer.drain()

    async def _strike(self, rest: bytes, writer) -> bool:
        """Does to `rest` what its fault is; False if the connection is over."""
        match self._fault:
            case "delay":
                await self._wait()
            case "slices":
                for byte in rest:
                    writer.write(bytes([byte]))
                    await writer.drain()
                return True
            case "stall":
                await self._wait()
                self._bytes_before = self._chance.randint(0, BYTES_BEFORE_MAX)
            case "reset":
                writer.transport.abort()
                return False
            case "end":
                return False
            case "swallow":
                # As a path that is gone: silence, until either side gives up or the network is whole again.
                await self._gate.healed.wait()
                writer.transport.abort()
                return False
        writer.write(rest)
        return True

    async def _wait(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._gate.healed.wait(), self._chance.uniform(0, SECONDS_MAX))


class Gate:
    """One process's listener."""

    def __init__(self, target: int, seed: int):
        self._target = target
        self._chance = random.Random(seed)
        self.healed = asyncio.Event()

    async def run(self) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1024)
        print(server.sockets[0].getsockname()[1], flush=True)
        loop = asyncio.get_running_loop()
        while await loop.run_in_executor(None, sys.stdin.readline):
            self.healed.set()

    async def _serve(self, reader, writer) -> None:
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link = Link(self, self._chance)
        try:
            server = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:  # as the server is away
            writer.transport.abort()
            return
        await link.run((reader, writer), server)


if __name__ == "__main__":
    asyncio.run(Gate(int(sys.argv[1]), int(sys.argv[2])).run())
