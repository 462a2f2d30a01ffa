"""However an account is opened, the same rows come out."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from django.forms.models import model_to_dict

from accounts.keys.services import create_api_key
from accounts.tenants.models import Account
from accounts.users.models import User
from rooms.provisioning.bulk.batches import work_off_batches
from rooms.provisioning.opening import open_demo
from tests.accounts.test_sign_up import confirm
from tests.api.conftest import Api
from tests.api.v1.test_provisioning import make_row, send, send_text
from tests.cast import PASSWORD, make_user

pytestmark = pytest.mark.django_db
# What names one account and not another.
OWN = ("id", "account", "user", "membership", "property", "name", "external_id", "token")
OWN += ("address", "object_id", "actor", "actor_name", "data", "verified_at")
ROW = make_row(1, name="Shop", owner_name="Ann")


@pytest.fixture
def platform(db):
    return Api(create_api_key(None, "Billing", "platform")[1])


@pytest.fixture
def tools(client, platform, settings, tmp_path, mailoutbox):
    """What the ways need, each some of it."""
    return {
        "client": client,
        "platform": platform,
        "settings": settings,
        "tmp_path": tmp_path,
        "mailoutbox": mailoutbox,
    }


def sign_up(client, mailoutbox, **_):
    form = {"email": "ann@example.org", "password1": PASSWORD, "account_name": "Shop"}
    client.post("/accounts/signup/", form)
    confirm(client, mailoutbox[0])


def open_another(client, **_):
    client.force_login(make_user("ann"))
    client.post("/account/new", {"name": "Shop"})


def call_rest(platform, **_):
    platform.post("provisioning/accounts", ROW)


def send_rows(platform, **_):
    send(platform, [ROW])


def send_batch(platform, **_):
    bad = (make_row(n, email="?") for n in range(2, 1_100))
    lines = "\n".join(json.dumps(row) for row in (ROW, *bad))
    send_text(platform, lines, "application/x-ndjson")
    while work_off_batches(stretch_s=0):
        pass


def call_like_ejabberd(platform, settings, **_):
    settings.COMPATIBILITY_API = True
    facts = {"user": "shop", "host": "example.org", "password": PASSWORD}
    headers = {"Authorization": f"Bearer {platform.key_text}"}
    path = "/api/register"
    platform.client.post(path, facts, content_type="application/json", headers=headers)


def run_command(tmp_path, **_):
    (tmp_path / "rows.json").write_text(json.dumps([ROW]))
    call_command("provision", str(tmp_path / "rows.json"))


def start_first(**_):
    User.objects.all().delete()
    open_demo()


WAYS = [sign_up, open_another, call_rest, send_rows, send_batch, call_like_ejabberd]
WAYS += [run_command, start_first]


def describe(account):
    """The rows of an account, without what names it."""
    tables = (account.memberships, account.properties, account.links, account.targets)
    found = {"account": [model_to_dict(account, exclude=OWN)]}
    # The demo's key is told for itself.
    for rows in (*tables, account.audit_events.exclude(action="api_key.created")):
        found[rows.model.__name__] = [model_to_dict(row, exclude=OWN) for row in rows.all()]
    return found


@pytest.mark.parametrize("open_one", WAYS)
def test_every_way_of_opening_makes_the_same_rows(open_one, tools):
    open_one(**tools)
    account = Account.objects.get()
    owner, target = account.memberships.get(), account.targets.get()
    property, link = account.properties.get(), account.links.get()
    rows = describe(account)
    assert [len(some) for some in rows.values()] == [1] * 6
    assert (owner.role, link.property, account.limits) == ("owner", property, {})
    assert (property.name, property.languages) == (account.name, [])
    assert (target.membership, target.address) == (owner, {"email": owner.user.email})
    told = account.audit_events.earliest("pk")
    assert (told.action, told.object_id) == ("account.created", account.uuid)
    facts = {"name": account.name, "property": str(property.uuid), "link": str(link.uuid)}
    assert facts.items() <= told.data.items()


def test_no_two_ways_differ_in_any_other_column(client, tools):
    found = []
    for open_one in WAYS:
        Account.objects.all().delete()
        User.objects.all().delete()
        open_one(**tools)
        client.logout()
        found.append(describe(Account.objects.get()))
    for one in found:
        for row in (row for rows in one.values() for row in rows):
            for moment in ("created_at", "at"):
                row.pop(moment, None)
    assert all(one == found[0] for one in found)


@pytest.mark.parametrize("name", ["members", "properties", "links"])
def test_no_account_is_opened_that_may_not_have_what_it_is_born_with(client, settings, name):
    settings.LIMITS = settings.LIMITS | {name: 0}
    open_another(client)
    assert not Account.objects.exists()
