# SPDX-License-Identifier: Apache-2.0
"""nginx between clients and a server, with the locations that the documentation gives."""

import contextlib
import os
import pathlib
import re
import shutil
import socket
import subprocess

from harness.deadline import PATIENCE, wait_until
from harness.server import free_port

NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
DOCUMENTED = pathlib.Path(__file__).resolve().parents[2] / "docs/operations.md"


def documented_locations(upstream: int) -> str:
    """The block for nginx, with the port of a server that is there."""
    [block] = re.findall(r"^ *```nginx\n(.*?)^ *```$", DOCUMENTED.read_text(), re.MULTILINE | re.DOTALL)
    assert "http://127.0.0.1:8000;" in block
    return block.replace("http://127.0.0.1:8000;", f"http://127.0.0.1:{upstream};")


@contextlib.contextmanager
def nginx_before(upstream: int, folder: pathlib.Path):
    """The port on which it listens."""
    port = free_port()
    folder.mkdir()
    for parent in (folder, folder.parent):
        parent.chmod(0o755)  # its worker is another user
    configuration = folder / "nginx.conf"
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};"
                         for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    configuration.write_text(
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{ worker_connections 256; }}\n"
        f"http {{ access_log off; {temporary} gzip on; gzip_types text/event-stream; gzip_min_length 1;\n"
        f"server {{ listen 127.0.0.1:{port};\n{documented_locations(upstream)}}} }}\n")
    process = subprocess.Popen([NGINX, "-c", str(configuration)], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        wait_until(lambda: listens(port, process), "nginx to listen")
        yield port
    finally:
        process.terminate()
        process.wait(30 * PATIENCE)


def listens(port: int, process: subprocess.Popen) -> bool:
    assert process.poll() is None, process.stdout.read()
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
