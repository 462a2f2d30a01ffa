"""Every method of every address: without a key, with a revoked one, one that is too weak, and
with somebody else's ids. A new address that forgets the door fails here."""

from __future__ import annotations

import pytest
from django.db import connection
from drf_spectacular.generators import SchemaGenerator

from accounts.keys.services import revoke_api_key
from api import permissions
from tests.api.conftest import Api, make_api
from tests.api.schema.test_contract import list_routes
from tests.files_to_send import make_file

OPERATIONS = [
    (route, name, method)
    for route, name, _ in list_routes()
    for method in permissions.TABLE.get(name, {})
]
# A platform key is nobody's tenant: what only it may do has no other tenant to keep out.
BY_ID = [
    (route, name, method)
    for route, name, method in OPERATIONS
    if "<uuid:uuid>" in route and permissions.TABLE[name][method] is not permissions.PLATFORM
]
NOBODY = "00000000-0000-4000-8000-000000000000"


def read_example(content):
    media = content.get("application/json") or next(iter(content.values()))
    return next(iter(media.get("examples", {"": {"value": {}}}).values()))["value"]


@pytest.fixture(scope="module")
def examples():
    """A body for every operation, from the contract's own examples."""
    paths = SchemaGenerator().get_schema(public=True)["paths"]
    return {
        (
            path.removeprefix("/api/v1/").replace("{uuid}", "<uuid:uuid>"),
            method.upper(),
        ): read_example(described["requestBody"]["content"])
        for path, methods in paths.items()
        for method, described in methods.items()
        if "requestBody" in described
    }


def ask(api, operation, examples, uuid=NOBODY):
    route, _, method = operation
    body = examples.get((route, method))
    if body and "file" in body:
        body = body | {"file": make_file()}
    return api.call(method, route.replace("<uuid:uuid>", str(uuid)), body)


def count_rows():
    """How many rows every table has, so that a write shows."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        counts = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
    return counts


@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_nobody_gets_in_without_a_key(db, examples, operation):
    assert ask(Api(), operation, examples).status_code == 401


def test_a_revoked_key_opens_nothing(account, examples, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"api_anonymous": "1000/60"}
    gone = make_api(account)
    revoke_api_key(gone.key)
    for operation in OPERATIONS:
        assert ask(gone, operation, examples).status_code == 401, operation


@pytest.mark.parametrize("scope", ["read", "write", "platform"])
def test_a_weak_key_is_stopped_before_anything_is_looked_up(account, examples, scope):
    weak = make_api(None if scope == "platform" else account, scope)
    before = count_rows()
    for operation in OPERATIONS:
        level = permissions.TABLE[operation[1]][operation[2]]
        if scope not in level.scopes:
            assert ask(weak, operation, examples).status_code == 403, operation
    assert count_rows() == before


def test_no_key_of_an_account_does_what_a_platform_does(api, examples):
    before = count_rows()
    for operation in OPERATIONS:
        if permissions.TABLE[operation[1]][operation[2]] is permissions.PLATFORM:
            assert ask(api, operation, examples).status_code == 403, operation
    assert count_rows() == before


@pytest.mark.parametrize("operation", BY_ID, ids=" ".join)
def test_other_tenant_gets_404(charlies, hers, examples, operation):
    before = count_rows()
    thing = hers[operation[0].partition("/")[0]]
    response = ask(charlies, operation, examples, thing.uuid)
    assert response.status_code == 404
    assert str(thing.uuid) not in response.content.decode()
    assert count_rows() == before


@pytest.mark.parametrize("operation", BY_ID, ids=" ".join)
def test_the_owner_is_let_in_by_the_same_address(api, hers, examples, operation):
    """Or the test above would pass for an address that leads nowhere."""
    uuid = hers[operation[0].partition("/")[0]].uuid
    response = ask(api, operation, examples, uuid)
    missing_member = operation[1] == "room-assign" and response.status_code == 404
    assert missing_member or response.status_code in (200, 201, 204, 403, 409), response.content


def test_other_tenant_finds_nothing_in_any_list(charlies, hers):
    own = [str(thing.uuid) for thing in hers.values()]
    for route, name, _ in list_routes():
        if "<uuid:uuid>" in route or "GET" not in permissions.TABLE[name]:
            continue
        query = "?query=e" * (route == "messages")
        said = charlies.get(route + query).content.decode()
        assert not [uuid for uuid in own if uuid in said], route
