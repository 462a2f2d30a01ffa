"""The contract, the page and docs/api.md say what the code does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from openapi_spec_validator import validate

from accounts.keys.services import create_api_key
from api.schema.reference import list_problems

GUIDE = Path(__file__).parents[3] / "docs" / "api.md"


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(public=True)


def list_operations(schema):
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_contract_is_made_without_a_warning(capsys):
    GENERATOR_STATS.reset()
    SchemaGenerator().get_schema(public=True)
    GENERATOR_STATS.emit_summary()
    assert capsys.readouterr().err == ""


def test_the_contract_is_valid_openapi_3_1(schema):
    assert schema["openapi"] == "3.1.0"
    validate(schema)


def test_every_operation_has_examples(schema):
    for name, operation in list_operations(schema):
        bodies = [operation["requestBody"]] if "requestBody" in operation else []
        answers = [r for status, r in operation["responses"].items() if status.startswith("2")]
        for described in [*bodies, *answers]:
            for media in described.get("content", {}).values():
                is_binary = media["schema"].get("format") == "binary"
                is_empty = not media["schema"].get("properties", True)
                assert "examples" in media or is_binary or is_empty, name


def test_examples_are_what_their_schema_says(schema):
    from jsonschema import Draft202012Validator

    for name, operation in list_operations(schema):
        for described in [operation.get("requestBody", {}), *operation["responses"].values()]:
            for media in described.get("content", {}).values():
                rule = {**media["schema"], "components": schema["components"]}
                for example in media.get("examples", {}).values():
                    assert list(Draft202012Validator(rule).iter_errors(example["value"])) == [], (
                        name
                    )


def test_bodies_refuse_unknown_fields_in_the_contract_too(schema):
    bodies = {n: s for n, s in schema["components"]["schemas"].items() if n.endswith("Body")}
    assert bodies
    assert all(body.get("additionalProperties") is False for body in bodies.values())


def test_the_contract_is_served_to_everybody(client, db):
    assert client.get("/api/schema").json()["info"]["title"] == "Doorbell"


def test_the_page_shows_every_operation_and_code_without_scripts_of_others(client, db, schema):
    page = client.get("/api/docs").content.decode()
    for _, operation in list_operations(schema):
        assert f'id="{operation["operationId"]}"' in page
    for code, *_ in list_problems():
        assert f'<tr id="{code}">' in page
    assert "<style" not in page
    assert not re.search(r'(src|href)="(https?:)?//', page)
    assert not re.search(r"<script(?![^>]* src=)", page)


def test_the_guide_lists_every_code():
    listed = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", GUIDE.read_text(), re.MULTILINE))
    assert listed == {code: str(status) for code, status, *_ in list_problems()}


def read_blocks(language):
    found = re.findall(rf"```{language} walk\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert found
    return "\n".join(found)


def walk(command, live, account, folder):
    _, key = create_api_key(account, "Walk")
    _, platform_key = create_api_key(None, "Walk", "platform")
    env = {"PATH": os.environ["PATH"], "DOORBELL": live.url, "KEY": key, "NO_PROXY": "*"}
    env["PLATFORM_KEY"] = platform_key
    done = subprocess.run(command, env=env, cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_walk_in_curl_works(transactional_db, live, account, tmp_path):
    script = 'set -eu\ncurl() { command curl --fail-with-body "$@"; echo; }\n' + read_blocks("sh")
    said = walk(["bash", "-c", script], live, account, tmp_path)
    assert '"name":"Shop"' in said
    assert said.count("Hello Ann, how can we help?") == 2
    assert '"ws":"/ws/"' in said
    assert '"status":"created"' in said
    shop = account.properties.get(name="Shop")
    assert shop.links.count() == 21
    assert shop.rooms.get().messages.get().sender.name == "Shop bot"


def test_the_walk_in_python_works(transactional_db, live, account, room, tmp_path):
    said = walk([sys.executable, "-c", read_blocks("python")], live, account, tmp_path)
    assert f"{account.properties.get(name='Bookshop').links.get().token}\n" in said
    assert "'field': 'colour'" in said
    assert room.participants.filter(external_id="user-17", name="Cleo").exists()
