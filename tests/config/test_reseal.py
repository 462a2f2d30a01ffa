"""The secret key is changed as docs/operations.md says: nothing that rests sealed is lost."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command

from accounts.base.sealing import open_secret, seal_secret
from accounts.keys.services import create_api_key
from accounts.targets.models import Target
from api.models import IdempotencyRecord
from config.management.commands import reseal
from rooms.webhooks.models import Webhook
from rooms.webhooks.services import create_webhook, rotate_secret
from tests.accounts.test_second_factor import make_code
from tests.api.conftest import Api
from tests.test_house import FLOORS

OTP = "JBSWY3DPEHPK3PXP"
NEW_KEY = "another-key-0123456789-abcdefghijklmnopqrstuvwxyz"
# Who seals: what rests (reseal's table knows the column), and what ends by itself.
KEPT = {"accounts/sign_in/mfa.py", "api/idempotency.py", "rooms/webhooks/services.py"}
KEPT |= {"rooms/notifications/channels/http.py"}
PASSING = {"api/pagination.py", "api/compatibility/prosody.py", "rooms/conversations/tickets.py"}


@pytest.fixture
def secrets(account):
    """Five webhooks, one of them rotated: every secret that signs."""
    hooks = [create_webhook(account=account, url=f"https://example.com/{n}") for n in range(5)]
    return [secret for _, secret in hooks] + [rotate_secret(webhook=hooks[0][0])]


@pytest.fixture
def full(account, alice, secrets):
    """Something in every column, and the request whose answer is kept."""
    place = alice.memberships.get()
    address = {"url": "https://ntfy.sh/x", "token": seal_secret("tk_secret")}
    Target.objects.create(account=account, membership=place, kind="ntfy", address=address)
    TOTP.activate(alice, OTP)
    codes = RecoveryCodes.activate(alice)
    api = Api(create_api_key(account, "Shop", "admin")[1])
    first = api.post("api-keys", {"name": "Till"}, Idempotency_Key="one")
    return api, first.json()["key"], codes.get_unused_codes()


def change_key(settings, keep=True):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY] if keep else []
    settings.SECRET_KEY = NEW_KEY


def run(capsys, **options):
    call_command("reseal", **options)
    return dict(re.findall(r"^(.+): (\d+) (?:sealed anew|to do)", capsys.readouterr().out, re.M))


def test_with_the_old_key_gone_everything_still_opens(
    full, secrets, alice, client, settings, capsys, monkeypatch
):
    api, key, codes = full
    monkeypatch.setattr(reseal, "BATCH_ROWS", 2)
    change_key(settings)
    said = run(capsys)
    assert said["secrets of webhooks"] == "5" and "0" not in said.values()
    settings.SECRET_KEY_FALLBACKS = []
    sealed = [one for pair in Webhook.objects.values_list("secret", "old_secret") for one in pair]
    assert sorted(open_secret(one) for one in sealed if one) == sorted(secrets)
    assert open_secret(Target.objects.get(kind="ntfy").address["token"]) == "tk_secret"
    assert api.post("api-keys", {"name": "Till"}, Idempotency_Key="one").json()["key"] == key
    assert Authenticator.objects.get(type="totp").wrap().validate_code(make_code(OTP))
    left = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    assert left == codes


def test_before_it_is_done_the_old_key_still_reads(full, secrets, settings):
    api, key, _ = full
    change_key(settings)
    assert open_secret(Webhook.objects.latest("pk").secret) in secrets
    assert api.post("api-keys", {"name": "Till"}, Idempotency_Key="one").json()["key"] == key


def test_a_second_run_changes_nothing_and_a_dry_one_neither(full, settings, capsys):
    change_key(settings)
    before = sorted(Webhook.objects.values_list("secret", flat=True))
    assert run(capsys, dry_run=True)["second factors"] == "2"
    assert sorted(Webhook.objects.values_list("secret", flat=True)) == before
    run(capsys)
    after = sorted(Webhook.objects.values_list("secret", flat=True))
    assert set(run(capsys).values()) == {"0"}
    assert sorted(Webhook.objects.values_list("secret", flat=True)) == after != before


def test_what_cannot_be_read_is_named_and_left_alone(full, account, settings, capsys):
    change_key(settings, keep=False)
    lost, fine = Webhook.objects.earliest("pk"), create_webhook(account=account, url="https://a.b/")
    with pytest.raises(CommandError, match="SECRET_KEY_FALLBACKS"):
        call_command("reseal")
    told = capsys.readouterr()
    assert f"secrets of webhooks: row {lost.pk} cannot be read" in told.err
    assert "secrets of webhooks: 0 sealed anew, 1 were so already, 5 cannot be read" in told.out
    assert Webhook.objects.get(pk=lost.pk).secret == lost.secret
    assert open_secret(Webhook.objects.get(pk=fine[0].pk).secret) == fine[1]


def test_every_place_that_seals_is_known(settings):
    seals = re.compile(r"(?<!def )\bseal(_secret)?\(")
    modules = {
        str(path.relative_to(settings.BASE_DIR))
        for floor in FLOORS
        for path in (settings.BASE_DIR / floor).rglob("*.py")
        if seals.search(path.read_text())
    }
    assert modules - {"accounts/base/sealing.py"} == KEPT | PASSING
    assert IdempotencyRecord in {column.model for column in reseal.COLUMNS}
