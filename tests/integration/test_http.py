# SPDX-License-Identifier: Apache-2.0
"""How the server speaks HTTP/1.1, on a bare socket."""

import gzip
import json
import re

import pytest

from harness.admin import Admin
from harness.deadline import wait_until
from harness.http import Connection, encode_chunks, encode_request, fetch
from harness.stamps import STAMP_HEADER

pytestmark = pytest.mark.http

KEY = [("X-Environment-Key", "demo-development")]
JSON = [("Content-Type", "application/json")]
HEADER_BYTES_MAX = 16 * 1024
BODY_BYTES_MAX = 2 * 1024 * 1024
EXPOSED = {"x-flagsmith-document-updated-at", "flagsmith-version", "retry-after", "etag", "link"}


@pytest.fixture
def port(shared_server) -> int:
    return shared_server.port


@pytest.fixture
def connection(port):
    with Connection(port) as connection:
        yield connection


def trait_body(number: int) -> bytes:
    return json.dumps({"identifier": "piper", "traits": [{"trait_key": "n", "trait_value": number}]}).encode()


def trait_request(number: int) -> bytes:
    return encode_request("POST", "/api/v1/identities/", KEY + JSON, trait_body(number))


def trait_in(response) -> int:
    return next(one["trait_value"] for one in response.expect(200).json()["traits"] if one["trait_key"] == "n")


# ---- connections ----

def test_keep_alive(connection):
    """A hundred requests of several kinds go over one connection."""
    for number in range(25):
        assert connection.get("/api/v1/flags/", KEY).status == 200
        assert trait_in(connection.request("POST", "/api/v1/identities/", KEY + JSON, trait_body(number))) == number
        assert connection.get("/nothing/here/").status == 404
        assert connection.request("HEAD", "/api/v1/flags/", KEY).status == 200


def test_pipelining(connection):
    """Requests sent at once are answered in order, each with its own answer."""
    paths = ["/health", "/api/v1/flags/?feature=nope", "/nothing/", "/version/", "/api/v1/flags/"] * 20
    connection.send(b"".join(encode_request("GET", path, KEY) for path in paths))
    expected = {"/health": 200, "/nothing/": 404, "/version/": 200, "/api/v1/flags/": 200,
                "/api/v1/flags/?feature=nope": 404}
    for path in paths:
        response = connection.read_response()
        assert response.status == expected[path], path
        assert (STAMP_HEADER in response.headers) == (path == "/api/v1/flags/")


def test_pipelining_with_slow_requests(connection):
    """Order is kept when requests that wait for the disk or for password hashing stand among quick ones."""
    login = json.dumps({"email": "nobody@flags.example", "password": "wrong password"}).encode()
    parts = []
    for number in range(10):
        parts += [trait_request(number), encode_request("GET", "/api/v1/flags/", KEY),
                  encode_request("HEAD", "/version/")]
    parts.insert(3, encode_request("POST", "/api/v1/auth/login/", JSON, login))
    connection.send(b"".join(parts))
    for number in range(10):
        assert trait_in(connection.read_response("POST")) == number
        assert isinstance(connection.read_response().expect(200).json(), list)
        assert connection.read_response("HEAD").expect(200).body == b""
        if number == 0:
            connection.read_response("POST").expect(400)


def test_pipelining_byte_by_byte(connection):
    """Requests cut at every byte are put together again."""
    for byte in trait_request(7) + encode_request("GET", "/api/v1/flags/", KEY):
        connection.send(bytes([byte]))
    assert trait_in(connection.read_response("POST")) == 7
    connection.read_response().expect(200)


def test_connection_close(connection):
    """Connection: close is answered, announced and done; what was pipelined behind it is not answered."""
    connection.send(encode_request("GET", "/health", [("Connection", "close")]) + encode_request("GET", "/health"))
    response = connection.read_response().expect(200)
    assert "close" in response.headers.items_of("Connection")
    assert connection.read_to_end() == b""


def test_half_close(connection):
    """A client that has shut its sending side down still gets the answers to what it sent, then a FIN."""
    connection.send(trait_request(1) + encode_request("GET", "/api/v1/flags/", KEY))
    connection.half_close()
    assert trait_in(connection.read_response("POST")) == 1
    connection.read_response().expect(200)
    assert connection.read_to_end() == b""


def test_http_1_0(connection):
    """HTTP/1.0 gets an answer and a closed connection; with keep-alive, or without, never a chunked body."""
    connection.send(b"GET /api/v1/flags/ HTTP/1.0\r\nX-Environment-Key: demo-development\r\n\r\n")
    answer = connection.read_to_end()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert re.match(rb"HTTP/1\.[01] 200 ", head) and b"chunked" not in head.lower()
    assert isinstance(json.loads(body), list)


def test_health_by_head_many(port):
    """A thousand short connections leave nothing behind that would refuse the next."""
    for _ in range(1000):
        with Connection(port) as connection:
            connection.send(b"HEAD /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            assert connection.read_response("HEAD").status == 200


# ---- limits ----

def test_header_limit(connection, port):
    """A head just within 16 KiB passes; one beyond is 431 in JSON and the end of the connection."""
    start = encode_request("GET", "/api/v1/flags/", KEY)[:-2]

    def head_of(size: int) -> bytes:
        padding = size - len(start) - len(b"X-Padding: \r\n\r\n")
        return start + b"X-Padding: " + b"x" * padding + b"\r\n\r\n"

    connection.send(head_of(HEADER_BYTES_MAX - 64))
    connection.read_response().expect(200)
    with Connection(port) as other:
        other.send(head_of(HEADER_BYTES_MAX + 1024))
        assert other.read_response().expect(431).json().keys() == {"detail"}
        assert other.read_to_end() == b""


def test_header_limit_without_end(connection):
    """A head that never ends is refused at the limit, not kept."""
    connection.send(b"GET /health HTTP/1.1\r\nHost: a\r\n" + b"X-More: y\r\n" * 3000)
    assert connection.read_response().status == 431


def test_long_target(connection):
    """A request line beyond the limit is refused like a long head."""
    connection.send(b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n")
    assert connection.read_response().status in (414, 431)


def test_body_limit(connection, port):
    """A body of 2 MiB passes; a longer one is 413, by its length or when its chunks exceed it."""
    def body_of(size: int) -> bytes:
        start, end = b'{"identifier": "big", "pad": "', b'"}'
        return start + b"x" * (size - len(start) - len(end)) + end

    path = "/api/v1/identities/"
    assert connection.request("POST", path, KEY + JSON, body_of(BODY_BYTES_MAX)).status == 200
    connection.send(encode_request("POST", path, [*KEY, *JSON, ("Content-Length", str(BODY_BYTES_MAX + 1))]))
    assert connection.read_response("POST").expect(413).json().keys() == {"detail"}
    with Connection(port) as other:
        other.send(encode_request("POST", path, [*KEY, *JSON, ("Transfer-Encoding", "chunked")]))
        other.send(encode_chunks([body_of(BODY_BYTES_MAX), b" "])[:-5])
        assert other.read_response("POST").status == 413


def test_slow_head_is_ended(make_server):
    """A client that dribbles its head is cut off in the end, while others on its shard are served."""
    server = make_server("--threads", "1")
    dribbling = Connection(server.port, seconds=60)
    dribbling.send(b"GET /health HTTP/1.1\r\n")
    ended = []

    def cut_off() -> bool:
        try:
            dribbling.send(b"X")
            ended.append(fetch(server.port, "/health").status)
        except OSError:
            return True
        return False

    wait_until(cut_off, "the slow client to be cut off", seconds=60)
    assert set(ended) == {200}
    dribbling.close()


# ---- bodies ----

@pytest.mark.parametrize("size", [1, 7, 1000], ids=lambda size: f"{size} bytes a chunk")
def test_chunked_request(connection, size):
    """A chunked body in pieces of any size is read, and the next request on the connection too."""
    body = trait_body(size)
    pieces = [body[at:at + size] for at in range(0, len(body), size)]
    head = encode_request("POST", "/api/v1/identities/", [*KEY, *JSON, ("Transfer-Encoding", "chunked")])
    connection.send(head + encode_chunks(pieces))
    assert trait_in(connection.read_response("POST")) == size
    assert connection.get("/api/v1/flags/", KEY).status == 200


def test_chunked_request_with_extensions_and_trailers(connection):
    """Chunk extensions and trailers are passed over."""
    body = trait_body(3)
    head = encode_request("POST", "/api/v1/identities/", [*KEY, *JSON, ("Transfer-Encoding", "chunked")])
    connection.send(head + b"%X;name=value\r\n%s\r\n0\r\nX-Trailer: yes\r\n\r\n" % (len(body), body))
    assert trait_in(connection.read_response("POST")) == 3
    assert connection.get("/health").status == 200


def test_expect_continue(connection):
    """With Expect: 100-continue the interim answer comes before the body is sent."""
    body = trait_body(9)
    connection.send(encode_request("POST", "/api/v1/identities/", [
        *KEY, *JSON, ("Expect", "100-continue"), ("Content-Length", str(len(body)))]))
    assert connection.read_response().status == 100
    connection.send(body)
    assert trait_in(connection.read_response("POST")) == 9


def test_expect_continue_too_large(connection):
    """A body that would be refused is refused before it is asked for."""
    connection.send(encode_request("POST", "/api/v1/identities/", [
        *KEY, *JSON, ("Expect", "100-continue"), ("Content-Length", str(BODY_BYTES_MAX + 1))]))
    assert connection.read_response("POST").status == 413


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_body_where_none_is_meant(connection, method):
    """A body with a method that has none is read away and does not become the next request."""
    connection.send(encode_request(method, "/health", (), b"GET /nothing/ HTTP/1.1\r\nHost: a\r\n\r\n"))
    assert connection.read_response(method).status == (405 if method == "DELETE" else 200)
    assert connection.get("/version/").status == 200


# ---- methods ----

@pytest.mark.parametrize("path", ["/api/v1/flags/", "/api/v1/identities/?identifier=piper", "/health", "/version/",
                                  "/nothing/"])
def test_head(connection, path):
    """HEAD has the head of GET, length included, and no body."""
    got = connection.get(path, KEY)
    head = connection.request("HEAD", path, KEY)
    assert head.status == got.status and head.body == b""
    assert head.headers.get("Content-Length") == str(len(got.body))
    assert {name.lower() for name, _ in head.headers.pairs} == {name.lower() for name, _ in got.headers.pairs}


@pytest.mark.parametrize(("path", "method"), [
    ("/api/v1/flags/", "GET"), ("/api/v1/identities/", "POST"), ("/api/v1/environment-document/", "GET"),
    ("/sse/environments/demo-development/stream", "GET"), ("/api/v1/projects/", "POST")])
def test_preflight(connection, path, method):
    """A preflight needs no key: 204, all methods, the asked headers allowed, kept for a day."""
    answer = connection.request("OPTIONS", path, [
        ("Origin", "https://app.example"), ("Access-Control-Request-Method", method),
        ("Access-Control-Request-Headers", "x-environment-key,x-my-own-header")])
    assert answer.status == 204 and answer.body == b""
    assert answer.headers.get("Access-Control-Allow-Origin") == "*"
    assert answer.headers.items_of("Access-Control-Allow-Methods") >= {"get", "post", "put", "head", "options"}
    assert answer.headers.items_of("Access-Control-Allow-Headers") >= {"x-environment-key", "x-my-own-header"}
    assert answer.headers.get("Access-Control-Max-Age") == "86400"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert STAMP_HEADER not in answer.headers


@pytest.mark.parametrize(("path", "allow"), [
    ("/api/v1/flags/", {"get", "head", "options"}), ("/api/v1/identities/", {"get", "post", "head", "options"})])
def test_options(connection, path, allow):
    """OPTIONS that is no preflight: 204 with Allow."""
    answer = connection.request("OPTIONS", path)
    assert answer.status == 204
    assert answer.headers.items_of("Allow") == allow


@pytest.mark.parametrize(("method", "path", "allow"), [
    ("POST", "/api/v1/flags/", {"get", "head", "options"}),
    ("DELETE", "/api/v1/identities/", {"get", "post", "head", "options"}),
    ("PUT", "/api/v1/environment-document/", {"get", "head", "options"}),
    ("GET", "/api/v1/analytics/flags/", {"post", "options"}),
    ("GET", "/api/v1/traits/", {"post", "options"}),
    ("BREW", "/api/v1/flags/", {"get", "head", "options"}),
])
def test_method_not_allowed(connection, method, path, allow):
    """Another method: 405 in JSON, with Allow, CORS headers and no stamp."""
    answer = connection.request(method, path, KEY + JSON, b"{}")
    assert answer.expect(405).json() == {"detail": f'Method "{method}" not allowed.'}
    assert answer.headers.items_of("Allow") == allow
    assert answer.headers.get("Access-Control-Allow-Origin") == "*"
    assert STAMP_HEADER not in answer.headers


@pytest.mark.parametrize("path", ["/sse/environments/stream", "/sse/", "/sse/environments/k/nothing"])
def test_not_found_beside_streams(connection, path):
    """An unknown path under /sse/ has an empty body: one SDK opens a connection for each line that is no event."""
    answer = connection.get(path)
    assert answer.status == 404 and answer.body == b""


@pytest.mark.parametrize("path", ["/nothing/", "/api/v1/nothing/", "/api/v1/", "/api/v1/flags/a/b/c/", "/api/v2/x",
                                  "/%00", "/..%2f..%2fetc/passwd", "/api/v1/../../x"])
def test_not_found(connection, path):
    """An unknown path: 404 with a JSON body, never HTML, never empty."""
    answer = connection.get(path, KEY)
    assert answer.status in (404, 400)
    assert answer.headers.get("Content-Type").startswith("application/json")
    assert isinstance(answer.json()["detail"], str)


# ---- paths ----

@pytest.mark.parametrize("path", ["/api/v1/fl%61gs/", "/%61pi/v1/flags/", "/api/v1/flags", "/api/v1/flags/?",
                                  "/api/v1/flags/?x=%41&y"])
def test_percent_decoding(connection, path):
    """Escapes in a path are decoded, queries that mean nothing are ignored."""
    assert connection.get(path, KEY).status == 200


@pytest.mark.parametrize("target", ["http://flags.example/api/v1/flags/", "http://flags.example/api/v1/flags"])
def test_absolute_target(connection, target):
    """The absolute form of a target, as a proxy would send it, is understood."""
    assert connection.get(target, KEY).status == 200


def test_decoded_slash_stays_in_its_segment(admin, environment):
    """An escaped slash does not split a segment."""
    answer = admin.call("GET", f"environments/{environment.key}%2Ffeaturestates/")
    assert answer.status == 404


# ---- compression and tags ----

@pytest.mark.parametrize(("accept", "coded"), [
    ("gzip", True), ("gzip, deflate, br", True), ("br;q=1.0, gzip;q=0.8, *;q=0.1", True), ("GZIP", True),
    ("deflate", False), ("identity", False), ("gzip;q=0", False), ("", False), (None, False)])
def test_gzip(environment, accept, coded):
    """Compressed for who accepts it; the same content, its own tag, and Vary says so."""
    for number in range(20):
        environment.project.make_feature(f"filler_{number}", value="a value that is there again and again")
    headers = [] if accept is None else [("Accept-Encoding", accept)]
    answer = environment.sdk("GET", "flags/", headers=headers).expect(200)
    plain = environment.sdk("GET", "flags/").expect(200)
    assert (answer.headers.get("Content-Encoding") == "gzip") == coded
    assert answer.content == plain.body
    assert (answer.headers.get("ETag") == plain.headers.get("ETag")) == (not coded)
    assert answer.headers.items_of("Vary") == {"x-environment-key", "origin", "accept-encoding"}
    if coded:
        assert len(answer.body) < len(plain.body) and gzip.decompress(answer.body) == plain.body


@pytest.mark.parametrize(("path", "server"), [("flags/", False), ("flags/", True), ("environment-document/", True)])
def test_tags(environment, path, server):
    """A strong tag gives 304 with all headers a browser needs, alone, in a list or as *; another tag gives 200."""
    answer = environment.sdk("GET", path, server=server).expect(200)
    tag = answer.headers.get("ETag")
    assert re.fullmatch(r'"[!#-~]+"', tag)
    for asked in (tag, f'"other", {tag}', "*", f"W/{tag}"):
        unchanged = environment.sdk("GET", path, server=server, headers=[("If-None-Match", asked)])
        assert unchanged.expect(304).body == b""
        for name in ("ETag", STAMP_HEADER, "Vary", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers",
                     "Cache-Control"):
            assert unchanged.headers.all(name) == answer.headers.all(name), name
    environment.sdk("GET", path, server=server, headers=[("If-None-Match", '"other"')]).expect(200)
    environment.set("dark", enabled=True)
    changed = environment.sdk("GET", path, server=server, headers=[("If-None-Match", tag)]).expect(200)
    assert changed.headers.get("ETag") != tag


def test_tag_covers_the_stamp(environment):
    """A change that leaves the bytes of the list as they are still has a new stamp, so a new tag."""
    before = environment.flags()
    environment.override("somebody", "dark", enabled=True)
    after = environment.flags()
    assert after.body == before.body
    assert after.headers.get(STAMP_HEADER) != before.headers.get(STAMP_HEADER)
    assert after.headers.get("ETag") != before.headers.get("ETag")


# ---- headers on every answer ----

@pytest.mark.parametrize(("method", "path", "headers", "status"), [
    ("GET", "/api/v1/flags/", KEY, 200), ("GET", "/api/v1/flags/", [], 403), ("GET", "/nothing/", [], 404),
    ("POST", "/api/v1/flags/", KEY, 405), ("GET", "/api/v1/identities/", KEY, 400), ("GET", "/health", [], 200),
    ("GET", "/api/v1/projects/", [], 401), ("GET", "/version/", [], 200)])
def test_headers_on_every_answer(connection, method, path, headers, status):
    """CORS headers and the version are on every answer, errors too."""
    answer = connection.request(method, path, [*headers, ("Origin", "https://app.example")])
    assert answer.status == status
    assert answer.headers.get("Access-Control-Allow-Origin") == "*"
    assert answer.headers.items_of("Access-Control-Expose-Headers") >= EXPOSED
    assert answer.headers.get("Flagsmith-Version")
    assert "Date" in answer.headers


def test_caching_of_sdk_answers(environment):
    """SDK answers say that they must be asked for anew."""
    for path, server in (("flags/", False), ("identities/?identifier=a", False), ("environment-document/", True)):
        answer = environment.sdk("GET", path, server=server)
        assert answer.headers.items_of("Cache-Control") == {"private", "no-cache"}
        assert answer.headers.items_of("Vary") == {"x-environment-key", "origin", "accept-encoding"}
        assert answer.headers.get("Content-Type").split(";")[0] == "application/json"


# ---- bad requests ----

BAD = {
    "no host": b"GET /health HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "nonsense": b"nonsense\r\n\r\n",
    "no version": b"GET /health\r\n\r\n",
    "another version": b"GET /health HTTP/3.0\r\nHost: a\r\n\r\n",
    "space before colon": b"GET /health HTTP/1.1\r\nHost : a\r\n\r\n",
    "folded": b"GET /health HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",
    "control character": b"GET /health HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n",
    "NUL in target": b"GET /hea\x00lth HTTP/1.1\r\nHost: a\r\n\r\n",
    "space in target": b"GET /he alth HTTP/1.1\r\nHost: a\r\n\r\n",
    "length and chunks": b"POST /api/v1/identities/ HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
                         b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"POST /api/v1/identities/ HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
    "negative length": b"POST /api/v1/identities/ HTTP/1.1\r\nHost: a\r\nContent-Length: -2\r\n\r\n",
    "length no number": b"POST /api/v1/identities/ HTTP/1.1\r\nHost: a\r\nContent-Length: two\r\n\r\n",
    "bad chunk": b"POST /api/v1/identities/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "bad chunk end": b"POST /api/v1/identities/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}xx\r\n",
    "unknown coding": b"POST /api/v1/identities/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
    "bad escape": b"GET /api/v1/flags%zz/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
}


@pytest.mark.parametrize("name", BAD)
def test_bad_requests(connection, port, name):
    """What is no request gets a 4xx or 501 in JSON and the end of the connection."""
    connection.send(BAD[name])
    connection.half_close()
    answer = connection.read_response()
    assert answer.status in (400, 404, 411, 415, 501, 505), answer.head
    assert isinstance(answer.json()["detail"], str)
    assert connection.read_to_end() == b""
    assert fetch(port, "/health").status == 200


def test_request_smuggling(connection):
    """Length and chunks together never let a second request through."""
    connection.send(b"POST /api/v1/identities/ HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked"
                    b"\r\n\r\n0\r\n\r\nGET /version/ HTTP/1.1\r\nHost: a\r\n\r\n")
    assert connection.read_response("POST").status == 400
    assert connection.read_to_end() == b""


def test_bare_line_feeds_before_request(connection):
    """An empty line before a request is passed over."""
    connection.send(b"\r\n" + encode_request("GET", "/health"))
    assert connection.read_response().status == 200


# ---- the small pages ----

def test_version_and_health(connection):
    """The pages that tools and load balancers ask for."""
    version = connection.get("/version/").expect(200).json()
    major, minor, patch = (int(part) for part in version["image_tag"].split("."))
    assert (major, minor, patch) >= (2, 263, 0)
    assert version["self_hosted_data"]["has_users"] is True
    for path in ("/health", "/healthcheck", "/health/", "/health/readiness/", "/ready"):
        assert connection.get(path).status == 200
    assert connection.get("/health/liveness/").expect(200).json() == {"status": "ok"}


def test_front_page(connection):
    """The root says what this is."""
    page = connection.get("/").expect(200)
    assert page.headers.get("Content-Type").startswith("text/html")
    assert b"Flagstream" in page.body


def test_login(port):
    """Log in with the password of the first start, use the token, log out; wrong ones are told apart by status."""
    admin = Admin(port, token=None)
    credentials = {"email": "admin@flags.example", "password": "Correct-Horse-9"}
    key = admin.call("POST", "auth/login/", credentials).expect(200).json()["key"]
    session = Admin(port, token=key)
    assert len(key) == 40 and session.get("auth/users/me/")["email"] == credentials["email"]
    assert session.call("POST", "auth/logout/", {}).status == 204
    assert session.call("GET", "auth/users/me/").status == 401
    wrong = admin.call("POST", "auth/login/", credentials | {"password": "nope"}).expect(400)
    assert wrong.json() == {"non_field_errors": ["Unable to log in with provided credentials."]}
    me = Admin(port).get("auth/users/me/")
    assert me["email"] == credentials["email"]
    assert admin.call("GET", "auth/users/me/").status == 401


@pytest.mark.admin
def test_login_is_limited(make_server):
    """Past 20 tries a minute from one address: 429 with Retry-After, while others go on."""
    server = make_server()
    admin = Admin(server.port, token=None)
    statuses = [admin.call("POST", "auth/login/", {"email": "a@flags.example", "password": "nope"}).status
                for _ in range(25)]
    assert statuses[:20] == [400] * 20 and statuses[-1] == 429
    refused = admin.call("POST", "auth/login/", {"email": "a@flags.example", "password": "nope"}).expect(429)
    assert int(refused.headers.get("Retry-After")) > 0
    body = json.dumps({"email": "admin@flags.example", "password": "Correct-Horse-9"}).encode()
    with Connection(server.port, source="127.0.0.2") as other:
        other.request("POST", "/api/v1/auth/login/", JSON, body).expect(200)
