# SPDX-License-Identifier: Apache-2.0
"""Keys of organisations, files of features and old rows, against the real server."""

import json
import sqlite3

from harness.admin import Admin
from harness.deadline import wait_until
from harness.http import fetch
from harness.server import ADMIN_TOKEN


def with_key(port: int, key: str, method: str, path: str, body=None):
    text = None if body is None else json.dumps(body).encode()
    headers = [("Authorization", f"Api-Key {key}"), ("Content-Type", "application/json")]
    return fetch(port, f"/api/v1/{path}", headers, method, text)


def test_master_key(admin):
    """A key does what an administrator of its organisation may, is named in the audit log, and ends when it is revoked."""
    organisation = admin.make_organisation()["id"]
    keys = f"organisations/{organisation}/master-api-keys/"
    made = admin.post(keys, {"name": "terraform"})
    key = made["key"]
    assert key.startswith(made["prefix"] + ".") and len(key) == 41
    assert all("key" not in listed for listed in admin.get(keys)["results"])

    created = with_key(admin.port, key, "POST", "projects/", {"name": "by key", "organisation": organisation})
    assert created.status == 201
    project = created.json()["id"]
    [row] = [row for row in admin.get(f"organisations/{organisation}/audit/")["results"]
             if row["related_object_type"] == "PROJECT"]
    assert row["author"] is None and row["author_api_key"] == "terraform"
    assert with_key(admin.port, key, "GET", "organisations/1/").status == 404
    assert with_key(admin.port, key, "GET", "auth/users/me/").status == 403
    assert with_key(admin.port, key, "GET", f"projects/{project}/my-permissions/").status == 400

    admin.put(f"{keys}{made['prefix']}/", {"name": "terraform", "revoked": True})
    refused = with_key(admin.port, key, "GET", "projects/")
    assert refused.status == 401 and refused.headers.get("WWW-Authenticate")


def form(boundary: str, fields: dict[str, str]) -> bytes:
    parts = "".join(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n{value}\r\n'
                    for name, value in fields.items())
    return f"{parts}--{boundary}--\r\n".encode()


def test_features_travel_as_a_file(environment):
    """What is exported from one environment is uploaded into another; both environments get one stamp."""
    admin, project = environment.admin, environment.project
    project.make_feature("travels", enabled=True, value="far")
    other = project.make_environment(name="other")
    other.set("travels", enabled=False, feature_state_value="stays")
    export = admin.post("features/create-feature-export/",
                        {"environment_id": environment.id, "tag_ids": []})
    assert export["status"] == "SUCCESS"
    file = json.dumps(admin.get(f"features/download-feature-export/{export['id']}/"))
    before = environment.stamp(), other.stamp()

    token = [("Authorization", f"Token {ADMIN_TOKEN}"), ("Content-Type", "multipart/form-data; boundary=b0")]
    answer = fetch(admin.port, f"/api/v1/features/feature-import/{other.id}", token, "POST",
                   form("b0", {"file": file, "strategy": "OVERWRITE_DESTRUCTIVE"}))
    assert answer.status == 201, answer.body
    assert answer.json()["status"] == "SUCCESS"
    assert other.flag("travels")["feature_state_value"] == "far"
    assert other.flag("travels")["enabled"] is True
    assert environment.stamp() > before[0] and other.stamp() > before[1]
    assert admin.get(f"projects/{project.id}/feature-imports/")["count"] == 1
    assert admin.get(f"projects/{project.id}/feature-exports/")["count"] == 1


def test_old_audit_rows_go(make_server):
    """At the limit the oldest rows of the audit log go and are counted; the others stay."""
    server = make_server("--audit-retention", "30")
    admin = Admin(server.port)
    for name in ("old", "young"):
        admin.make_project(name=name)
    server.stop()
    with sqlite3.connect(server.data / "flagstream.db") as database:
        changed = database.execute("UPDATE audit_log SET created_date = created_date - 31 * 86400000000 "
                                   "WHERE log LIKE '%: old'").rowcount
    database.close()
    assert changed == 1
    server.start()
    wait_until(lambda: server.metric("flagstream_audit_rows_removed_total") == 1, "an old row to go")
    assert server.metric("flagstream_audit_retention_days") == 30
    logs = [row["log"] for row in Admin(server.port).get("audit/")["results"]]
    assert any(log.endswith(": young") for log in logs) and not any(log.endswith(": old") for log in logs)


def test_members_come_up_and_go(make_server):
    """A role counts from the next request on; who was removed keeps his token and reaches nothing with it."""
    server = make_server("--allow-registration")
    admin = Admin(server.port)
    body = {"email": "mel@flags.example", "password": "Horse-Correct-7", "first_name": "M", "last_name": "L"}
    made = admin.post("auth/users/", body)
    member = Admin(server.port, made["key"])
    organisation = f"organisations/{member.make_organisation()['id']}/"
    assert member.call("POST", f"{organisation}users/{made['id']}/update-role/", {"role": "USER"}).status == 400
    assert member.call("POST", f"{organisation}remove-users/", [{"id": made["id"]}]).status == 400
    assert member.call("POST", f"{organisation}users/{made['id']}/update-role/", {"role": "OWNER"}).json() == {
        "role": ['"OWNER" is not a valid choice.']}
    assert member.call("POST", f"{organisation}remove-users/", {"id": made["id"]}).status == 400
    assert admin.call("POST", f"{organisation}remove-users/", [{"id": made["id"]}]).status == 404

    with sqlite3.connect(server.data / "flagstream.db") as database:
        [(admin_id,)] = database.execute("SELECT id FROM user_account WHERE is_superuser = 1").fetchall()
        database.execute("INSERT INTO membership (user_id, organisation_id, role, date_joined) VALUES (?, ?, 'USER', 1)",
                         (admin_id, organisation.split("/")[1]))
    database.close()
    assert admin.call("PATCH", organisation, {"name": "Mine"}).status == 403
    promoted = member.call("POST", f"{organisation}users/{admin_id}/update-role/", {"role": "ADMIN"}).expect(200)
    assert (promoted.json()["id"], promoted.json()["role"]) == (admin_id, "ADMIN")
    assert admin.patch(organisation, {"name": "Mine"})["role"] == "ADMIN"
    admin.call("POST", f"{organisation}remove-users/", [{"id": made["id"]}]).expect(200)
    assert [one["id"] for one in admin.get(f"{organisation}users/")] == [admin_id]
    assert member.call("GET", organisation).status == 404
    assert member.get("auth/users/me/")["id"] == made["id"]
