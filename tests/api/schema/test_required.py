"""The contract's `required`: all that is always sent, and of a body only what must be there."""

from __future__ import annotations

import pytest
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

# Of these an answer may say nothing: a STUN server has no password, few problems have a limit.
SOMETIMES = {
    "IceServerOut": {"username", "credential"},
    "Problem": {"limit", "allowed", "retry_after_s"},
}


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(public=True)


def list_reads(schema):
    """Every GET that answers JSON, with the shape of its answer."""
    for path, methods in schema["paths"].items():
        media = methods.get("get", {"responses": {}})["responses"].get("200", {}).get("content", {})
        if "application/json" in media:
            yield path.removeprefix("/api/v1/"), media["application/json"]["schema"]


def find_sent(schema, shape, value):
    """Every object of an answer with the component that describes it."""
    if "$ref" in shape:
        name = shape["$ref"].rpartition("/")[2]
        if isinstance(value, dict):
            yield name, value
        shape = schema["components"]["schemas"][name]
    for one in [*shape.get("oneOf", []), *shape.get("allOf", []), *shape.get("anyOf", [])]:
        yield from find_sent(schema, one, value)
    for key, inner in shape.get("properties", {}).items():
        if isinstance(value, dict) and value.get(key) is not None:
            yield from find_sent(schema, inner, value[key])
    for item in value if isinstance(value, list) else ():
        yield from find_sent(schema, shape.get("items", {}), item)


def test_an_answers_fields_are_required_unless_they_are_named_here(schema):
    answers = {n: s for n, s in schema["components"]["schemas"].items() if not n.endswith("Body")}
    assert {"url", "has_passcode"} <= set(answers["LinkOut"]["required"])
    for name, component in answers.items():
        left_out = set(component["properties"]) - set(component["required"])
        assert left_out == SOMETIMES.get(name, set()), name


def test_every_read_sends_what_the_contract_requires(schema, api, platform, hers, account):
    account.external_id = "customer-1"
    account.save(update_fields=["external_id"])
    seen = set()
    for path, shape in list_reads(schema):
        thing = hers.get(path.partition("/")[0])
        there = path.replace("{uuid}", str(thing.uuid if thing else "")).format(
            account="customer-1"
        )
        there += "?query=See" if path == "messages" else ""
        answer = (platform if path.startswith("provisioning") else api).get(there)
        if path.startswith("provisioning/batches/"):
            continue
        assert answer.status_code == 200, (path, answer.content)
        rule = {**shape, "components": schema["components"]}
        assert list(Draft202012Validator(rule).iter_errors(answer.json())) == [], path
        for name, sent in find_sent(schema, shape, answer.json()):
            component = schema["components"]["schemas"][name]
            assert set(component["required"]) <= set(sent) <= set(component["properties"]), name
            seen.add(name)
    assert {"LinkOut", "MessageOut", "FileOut", "TargetOut", "ParticipantOut", "MeOut"} <= seen


BODIES = {
    "LinkBody": [],
    "PropertyBody": ["name"],
    "PropertyPatchBody": [],
    "AccountBody": [],
    "GuestBody": [],
    "WebhookPatchBody": [],
    "TicketBody": [],
    "MessageBody": ["body"],
    "KeyBody": ["name"],
    "TargetBody": ["address"],
    "ProvisionBody": ["email", "external_id", "name"],
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_requires_no_more_than_before(schema, name):
    assert sorted(schema["components"]["schemas"][name].get("required", [])) == BODIES[name]


@pytest.mark.parametrize("path", ["properties", "links", "guests", "webhooks", "account"])
def test_a_change_of_nothing_is_still_a_change(api, hers, path):
    there = path if path == "account" else f"{path}/{hers[path].uuid}"
    assert api.patch(there, {}).status_code == 200
