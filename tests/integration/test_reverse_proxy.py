# SPDX-License-Identifier: Apache-2.0
"""Streams through nginx, set up as docs/operations.md says."""

import pytest

from harness.http import Connection
from harness.nginx import NGINX, nginx_before
from harness.sse import Stream, identity_stream_path, identity_stream_path_by_base, stream_path

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed (apt-get install nginx-light)")

IDENTIFIERS = ["alice", "a/b c+é%2F?#", "x" * 2000]


@pytest.fixture
def behind_nginx(make_server, environment_on, tmp_path):
    """An environment, its server, and the port of the nginx before it."""
    server = make_server()
    with nginx_before(server.port, tmp_path / "nginx") as port:
        yield environment_on(server), server, port


def test_streams_of_environments(behind_nginx):
    """Events come at once, one by one, uncompressed, and the stream ends cleanly with its environment."""
    environment, _server, port = behind_nginx
    with Stream(port, path=stream_path(environment.key), headers=[("Accept-Encoding", "gzip")]) as stream:
        assert stream.next_stamp() == environment.stamp()
        assert "Content-Encoding" not in stream.head().headers
        for number in range(3):
            environment.set("banner", feature_state_value=str(number))
            assert stream.next_stamp() == environment.stamp()
        environment.admin.delete(f"{environment.path}/")
        stream.read_to_last_chunk()


@pytest.mark.parametrize("path", [identity_stream_path, identity_stream_path_by_base])
@pytest.mark.parametrize("identifier", IDENTIFIERS)
def test_streams_of_identities(behind_nginx, path, identifier):
    """By either address, whatever the identifier: nginx hands it on as it was encoded."""
    environment, _server, port = behind_nginx
    with Stream(port, path=path(environment.key, identifier)) as stream:
        assert stream.next_stamp() == environment.stamp()
        environment.override(identifier, "banner", enabled=True, feature_state_value="own")
        assert stream.next_stamp() == environment.stamp()
        assert len(stream.stamps) == 2


def test_no_page_when_the_server_is_away(behind_nginx):
    """While the server is down nginx answers with no body, which no SDK takes for lines of a stream."""
    environment, server, port = behind_nginx
    server.stop()
    for path in (stream_path(environment.key), identity_stream_path_by_base(environment.key, "alice")):
        with Connection(port) as connection:
            answer = connection.get(path).expect(503)
        assert answer.body == b""
    server.start()
    environment.admin.forget_connection()
    with Stream(port, path=stream_path(environment.key)) as stream:
        assert stream.next_stamp() == environment.stamp()
