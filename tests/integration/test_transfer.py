# SPDX-License-Identifier: Apache-2.0
"""Moving data out of one folder and into another, by the commands as they are run."""

import json
import pathlib
import sqlite3
import stat
import time

import pytest

from harness.admin import Admin, Environment
from harness.stamps import stamp_of
from harness.transfer import export_to, import_from, rows_of, run, start, without_stamps

pytestmark = pytest.mark.admin

# Jobs that are done, stamps that were left behind, and what belongs to the database itself.
NOT_MOVED = {"store_state", "sqlite_sequence", "feature_export", "feature_import", "deleted_identity"}


def fill(environment: Environment) -> Environment:
    """An override and traits beside the flags."""
    environment.override("alice", "banner", enabled=False, feature_state_value="hers")
    environment.identify("bob", [{"trait_key": "age", "trait_value": 7}, {"trait_key": "x", "trait_value": 0.1}])
    return environment


def same_on(environment: Environment, server) -> Environment:
    """The environment of the same keys on another server."""
    return Environment(Admin(server.port), None, environment.entity, environment.server_key)


def served(environment: Environment) -> list:
    """All that clients are told, but for stamps."""
    return [environment.flags().json(), environment.flags(server=True).json(),
            without_stamps(environment.document().json()),
            environment.identify("alice").json(), environment.identify("bob").json()]


def test_export_beside_a_server_and_back(make_server, environment_on, tmp_path):
    """What a running server exported is served by another in the same way, with newer stamps, and exported again with
    the same bytes."""
    server = make_server(name="old")
    environment = fill(environment_on(server))
    export = export_to(tmp_path / "export.json", server.data)
    assert stat.S_IMODE(export.stat().st_mode) == 0o600
    new = make_server(name="new", start=False, demo=False)
    printed = import_from(export, new.data)
    assert "feature: 7: " in printed and "banner" in printed
    assert export_to(tmp_path / "again.json", new.data).read_bytes() == export.read_bytes()
    # Credentials stay behind, so a token has to be made.
    token = run("user", "new-token", "admin@flags.example", "--data", new.data).stdout.split()[-1]
    new.start()
    moved = same_on(environment, new)
    assert served(moved) == served(environment)
    assert stamp_of(moved.flags()) > stamp_of(environment.flags())
    assert [one["name"] for one in Admin(new.port, token).get("organisations/")["results"]] == ["Default"]


def test_secrets_keep_logins(make_server, tmp_path):
    """With secrets, tokens go on working."""
    server = make_server(name="old")
    new = make_server(name="new", start=False, demo=False)
    import_from(export_to(tmp_path / "export.json", server.data, "--with-secrets"), new.data)
    new.start()
    assert Admin(new.port).get("organisations/")["results"]


def test_every_table_is_moved(make_server, tmp_path):
    """A table that is added later must be moved, or be named here as one that is not."""
    server = make_server()
    header = json.loads(export_to(tmp_path / "export.json", server.data).read_text().splitlines()[0])
    with sqlite3.connect(server.data / "flagstream.db") as connection:
        tables = {name for name, in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    assert set(header["tables"]) == tables - NOT_MOVED


def test_one_organisation(make_server, tmp_path):
    """An export of one organisation has nothing of another."""
    server = make_server()
    admin = Admin(server.port)
    organisation = admin.make_organisation()
    admin.make_project(organisation["id"]).make_feature("theirs")
    export = export_to(tmp_path / "export.json", server.data, "--organisation", organisation["id"])
    assert [row["name"] for row in rows_of(export, "organisation")] == [organisation["name"]]
    assert [row["name"] for row in rows_of(export, "feature")] == ["theirs"]
    refused = run("export", "--data", server.data, "--organisation", 999)
    assert refused.returncode == 1 and "organisation 999" in refused.stderr


def test_import_beside_a_server_is_refused(make_server, tmp_path):
    """A folder whose server runs is not touched; the sentence names the owner."""
    server = make_server()
    export = export_to(tmp_path / "export.json", server.data)
    for options in ([], ["--dry-run"]):
        refused = run("import", export, "--data", server.data, *options)
        assert refused.returncode == 1
        assert "in use" in refused.stderr and str(server.pid) in refused.stderr


def test_dry_run_makes_nothing(make_server, tmp_path):
    """It says what the import then says, and leaves not even a folder."""
    server = make_server()
    export = export_to(tmp_path / "export.json", server.data)
    tried = import_from(export, tmp_path / "new", "--dry-run")
    assert not (tmp_path / "new").exists()
    done = import_from(export, tmp_path / "new")
    assert tried.splitlines()[1:-1] == done.splitlines()[1:]
    assert tried.endswith("Nothing was changed.\n")


@pytest.mark.parametrize(("content", "sentence"), [
    ("nonsense", "no JSON"), ("{}", "id is missing"), ('[{"model": "x"}]', "[0].fields is missing"),
    ("[" * 100_000, "JSON parse error"), ('{"id": 1, "api_key": 7}', "api_key must be a text"),
    ('{"format":"flagstream-export","version":9}\n', "line 1: version 9"),
    ('{"format":"flagstream-export","version":1}\n{"feature":{"id":1}}\n', "line 2: feature: uuid is missing"),
    ('{"format":"flagstream-export","version":1}\n', "cut off"),
    ('{"format":"flagstream-export","version":1}\n' + "[" * 1000 + "\n", "line 2: JSON parse error"),
    ('{"format":"flagstream-export","version":1}\n' + "x" * (17 << 20), "longer than 16 MiB")])
def test_wrong_file_is_named(tmp_path, content, sentence):
    """A wrong file is refused with a sentence that names it and the place; no data folder is made."""
    file = tmp_path / "wrong.json"
    file.write_text(content)
    refused = run("import", file, "--data", tmp_path / "data")
    assert refused.returncode == 1 and refused.stdout == ""
    assert str(file) in refused.stderr and sentence in refused.stderr
    assert not (tmp_path / "data").exists()


def test_missing_files_and_folders_are_named(tmp_path):
    """So are a file and a folder that are not there."""
    refused = run("import", tmp_path / "none.json", "--data", tmp_path / "data")
    assert refused.returncode == 1 and "none.json" in refused.stderr
    refused = run("export", "--data", tmp_path / "data")
    assert refused.returncode == 1 and str(tmp_path / "data") in refused.stderr
    assert not (tmp_path / "data").exists()


def test_document_of_another_server(make_server, environment_on, tmp_path):
    """A document that one server answers makes another serve the same, under the same client key."""
    environment = fill(environment_on(make_server(name="old")))
    file = tmp_path / "document.json"
    file.write_bytes(environment.document().content)
    new = make_server(name="new", start=False, demo=False)
    printed = import_from(file, new.data)
    assert "environment: 1: " in printed and "A document has no server keys" in printed
    new.start()
    # The administrator of the first start administers what was there before.
    moved = Environment(Admin(new.port), None, environment.entity)
    assert without_stamps(moved.document().json()) == without_stamps(environment.document().json())
    for identifier in ("alice", "nobody"):
        assert flag_values(moved.identify(identifier)) == flag_values(environment.identify(identifier))
    assert stamp_of(moved.flags()) > stamp_of(environment.flags())


def flag_values(answer) -> dict:
    return {flag["feature"]["name"]: (flag["enabled"], flag["feature_state_value"]) for flag in answer.json()["flags"]}


def test_flagsmith_export(make_server, tmp_path):
    """An organisation as Flagsmith writes it: its keys work, its flags are served."""
    file = tmp_path / "organisation.json"
    file.write_text(json.dumps(FLAGSMITH))
    server = make_server(start=False, demo=False)
    printed = import_from(file, server.data)
    assert "Flagsmith export" in printed and "organisations.invitelink (1): nothing here is like it" in printed
    server.start()
    moved = Environment(Admin(server.port), None, {"id": 1, "api_key": "theirClientKey"}, "ser.theirServerKey")
    assert [(flag["feature"]["name"], flag["enabled"], flag["feature_state_value"]) for flag in moved.flags().json()] == [
        ("banner", True, 20)]
    assert moved.document().json()["api_key"] == "theirClientKey"
    assert moved.identify("alice").json()["traits"][0]["trait_value"] == 7


FLAGSMITH = [{"model": model, "fields": fields} for model, fields in [
    ("organisations.organisation", {"uuid": "o1", "name": "Acme", "created_date": "2024-01-01T00:00:00Z"}),
    ("organisations.invitelink", {"organisation": ["o1"], "hash": "x"}),
    ("projects.project", {"uuid": "p1", "name": "Shop", "organisation": ["o1"]}),
    ("environments.environment", {"uuid": "e1", "name": "Prod", "project": ["p1"], "api_key": "theirClientKey"}),
    ("environments.environmentapikey", {"environment": ["theirClientKey"], "key": "ser.theirServerKey", "name": "s"}),
    ("identities.identity", {"identifier": "alice", "environment": ["theirClientKey"], "system_traits": {}}),
    ("traits.trait", {"identity": ["alice", "theirClientKey"], "trait_key": "age", "value_type": "int",
                      "integer_value": 7}),
    ("features.feature", {"uuid": "f1", "name": "banner", "project": ["p1"], "type": "STANDARD", "tags": []}),
    ("features.featurestate", {"uuid": "fs1", "feature": ["f1"], "environment": ["theirClientKey"], "enabled": True,
                               "live_from": "2024-01-02T00:00:00Z", "version": 1}),
    ("features.featurestatevalue", {"uuid": "v1", "feature_state": ["fs1"], "type": "int", "integer_value": 20}),
]]


def test_kill_during_import(make_server, environment_on, tmp_path):
    """kill -9 at any moment leaves all or nothing, and the import can be run again."""
    server = make_server()
    environment_on(server)
    export = with_many_identities(export_to(tmp_path / "export.json", server.data), 30_000)
    server.stop()
    started = time.monotonic()
    import_from(export, tmp_path / "whole")
    seconds = time.monotonic() - started
    outcomes = set()
    for part in range(8):
        data = tmp_path / f"data-{part}"
        process = start("import", export, "--data", data)
        time.sleep(seconds * (part + 1) / 8)
        process.kill()
        process.communicate()
        organisations, identities = counts(data)
        assert (organisations == 0) == (identities == 0)
        assert identities in (0, 30_000)
        outcomes.add(organisations)
        if organisations == 0:
            import_from(export, data)
            assert counts(data) == (1, 30_000)
    assert 0 in outcomes


def with_many_identities(export: pathlib.Path, count: int) -> pathlib.Path:
    """The export with identities of environment 1 in place of those it has."""
    lines = [line for line in export.read_text().splitlines()
             if not line.startswith(('{"identity"', '{"trait"', '{"rows"')) and '"identity_id":1,' not in line]
    place = next(i for i, line in enumerate(lines) if line.startswith('{"feature_state"'))
    lines[place:place] = [json.dumps({"identity": {
        "id": number, "uuid": f"uuid-{number}", "environment_id": 1, "identifier": f"user-{number}",
        "created_date": 0}}) for number in range(1, count + 1)]
    export.write_text("\n".join([*lines, json.dumps({"rows": len(lines) - 1})]) + "\n")
    return export


def counts(data: pathlib.Path) -> tuple[int, int]:
    """Organisations and identities in a folder, as the next process finds them."""
    if not (data / "flagstream.db").exists():
        return 0, 0
    connection = sqlite3.connect(data / "flagstream.db")
    try:
        return tuple(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                     for table in ("organisation", "identity"))
    except sqlite3.OperationalError:
        return 0, 0  # killed before there was a schema
    finally:
        connection.close()
