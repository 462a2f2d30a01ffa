"""What was sealed and signed by an earlier version, with a key replaced since, is still good."""

from __future__ import annotations

import re
import uuid
from types import SimpleNamespace

import pytest

from accounts.base.errors import DomainError
from accounts.base.sealing import BadToken, open_secret, seal, seal_secret, unseal
from accounts.sign_in import services as sign_in
from accounts.sign_in.mfa import MFAAdapter
from accounts.targets import services as targets
from config.checks import echo
from rooms.conversations.tickets import read_ticket_claims
from rooms.guests.cookie import read_guest
from rooms.links.services.prefill import read_prefill
from tests.test_house import FLOORS

# Everything below was made with it in November 2025.
OLD_KEY = "an old key of this house, sixty characters long for its age."
THING = uuid.UUID(int=7)
SEALED = {
    "doorbell.webhook.secret": (
        "gAAAAABpJIEA4PUwURzqtAh5HdlBN57gIG9gZMmprcWrLkU_9tEHilKLR7V8GtoxllEUO3OhKekFVS_eaxR0UY4OhP3"
        "vBieXIw==",
        "whsec_old",
    ),
    "doorbell.mfa:": (
        "gAAAAABpJIEAL39Ppqhdy2ud6WTGsp8uHb4u4b1jHLxzTiqk-OvE_NUB0E_S6i5QeIsuDPDfoWtJ2VX6jwfz0xgYWD1"
        "_w7AkzA==",
        "TOTPSECRET",
    ),
    "doorbell.cursor.": (
        "gAAAAABpJIEAVWIFLI0sMhIo1aDqwrnGCoNlo49rOJX7tCHb7ZXwl7QtfzKCeQoo0hK-bRtmf2sg_Asj-4ZSe5AK6cN"
        "aW7DSkQ",
        "of old",
    ),
    "doorbell.idempotency.": (
        "gAAAAABpJIEATJqklQDums4SzUEo7ZgXuU9ovl0HAXNo3AeV0uBDDu-fzPnyqt70_dyLHGMvqxqqjkNy5nKu-P26b_9"
        "l4EW0ww",
        "of old",
    ),
    "doorbell.prosody.": (
        "gAAAAABpJIEA74a-3yb3DSkQO_Iolyu5uyrXI_N88hxe3utCTMHTVZOiCw2ls_E4X8Kdks8Ye_7H-GSHOd8d1wAl1lF"
        "CzsLKJA",
        "of old",
    ),
}
GUEST = "00000000000000000000000000000007:aa3-_rKMr73KFrdK5rbsri1oLxPQ5VHl58CnS3gQG68"
SIGN_IN = "00000000000000000000000000000007.8KN1dytUSH-WKXp5NhBnyw7HpzXPofNtFDAycqRf-cs"
TARGET = (
    "eyJ0YXJnZXQiOiIwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDciLCJlbWFpbCI6ImFubkBleGFtcGxlLm"
    "NvbSJ9:1vNYyu:w-gqYt1XLmbde883jRgBSDBodAGmQNBfDcvWAywn4R4"
)
TICKET = (
    "eyJhY2NvdW50IjoiYSIsImNvbm5lY3Rpb24iOiJjIiwic2Vzc2lvbiI6ImdBQUFBQUJwSklFQXVoVGg5TG1pcEJDWDFpZm"
    "94TjJwQTItZzN3V0VuOFVwelRKWVVsazBGT3cxbGhXV0tZYmtVa3pKWkkyOGMwM1dBbVdvSU1GZFp5THVkelhUM1pZLXln"
    "PT0ifQ.1vNYyu.c4TuanK_pyELat3YQfQog8yYrYlatFcM_jO116C2fis"
)
RESUME = (
    "eyJhY2NvdW50IjoiYSIsImNvbm5lY3Rpb24iOiJjIiwicm9vbSI6InIifQ"
    ".1vNYyu.bde6Hrm6VpbuTXNuK5oM2wK8LZ03SECt4Vr_-7EaGcA"
)
PREFILL = (
    "eyJmIjp7Im5hbWUiOiJBbm4ifSwiZSI6NDEwMjQ0NDgwMH0.rMPIS9fjwxtDRI2XIC_bHSIhFUdS8Sas8AcsD15xd_0"
)
ECHO = "/healthz:1vNYyu:Y7y_sFW26JOBemSMHeYYUnfWZJRl3-3x_Gxd3OL4lVs"
LONG_S = 10**12


@pytest.fixture(params=["as the key", "as a fallback"])
def old_key(request, settings, monkeypatch):
    new = [settings.SECRET_KEY] if request.param == "as the key" else [OLD_KEY]
    settings.SECRET_KEY = OLD_KEY if request.param == "as the key" else "quite another key"
    settings.SECRET_KEY_FALLBACKS = new
    settings.TICKET_TTL_S = settings.RESUME_TTL_S = LONG_S
    monkeypatch.setattr(targets, "CONFIRM_WITHIN_S", LONG_S)
    monkeypatch.setattr(echo, "MAX_AGE_S", LONG_S)


@pytest.mark.parametrize("purpose", SEALED)
def test_what_was_sealed_opens(old_key, purpose):
    sealed, text = SEALED[purpose]
    assert unseal(sealed, purpose) == text
    assert unseal(sealed.rstrip("="), purpose) == text


def test_those_who_seal_name_the_same_purpose(old_key):
    assert open_secret(SEALED["doorbell.webhook.secret"][0]) == "whsec_old"
    assert MFAAdapter().decrypt(SEALED["doorbell.mfa:"][0]) == "TOTPSECRET"


def test_what_was_signed_is_read(old_key, rf):
    assert read_guest(GUEST) == THING
    assert read_prefill(SimpleNamespace(uuid=THING), PREFILL) == {"name": "Ann"}
    ticket, resume = read_ticket_claims(TICKET), read_ticket_claims(RESUME)
    assert (ticket.account, ticket.session, resume.room) == ("a", "s", "r")
    asked = rf.get("/healthz", headers={echo.HEADER: ECHO})
    assert echo.answer(asked).status_code == 200


def test_links_in_mails_are_read(old_key, account, alice):
    membership = account.memberships.get(user=alice)
    facts = {"email": "ann@example.com"}
    target = targets.add_target(membership, "email", facts, identity=facts, is_proven=False)
    type(target).objects.filter(pk=target.pk).update(uuid=THING)
    assert targets.confirm_target(TARGET).verified_at
    alice.set_unusable_password()
    alice.save(update_fields=["password"])
    link = sign_in.new_sign_in_link(user=alice, account=account)
    link.uuid = THING
    link.save()
    assert sign_in.find_sign_in_link(SIGN_IN) == link


def test_with_the_old_key_gone_nothing_is(db, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "quite another key", []
    for read in (read_guest, read_ticket_claims, open_secret):
        for token in (GUEST, TICKET, RESUME, SEALED["doorbell.webhook.secret"][0], "", "é.\ud800"):
            with pytest.raises(BadToken):
                read(token)
    with pytest.raises(DomainError):
        targets.confirm_target(TARGET)


def test_what_is_sealed_for_one_purpose_opens_for_no_other():
    with pytest.raises(BadToken):
        unseal(seal_secret("whsec"), "doorbell.mfa:")
    assert unseal(seal("Grüße", "a"), "a") == "Grüße"


def test_no_other_module_uses_the_secret_key(settings):
    use = re.compile(r"cryptography\.fernet|django\.core(\.| import )signing|settings\.SECRET_KEY")
    modules = [path for floor in FLOORS for path in (settings.BASE_DIR / floor).rglob("*.py")]
    users = [path for path in modules if use.search(path.read_text())]
    assert users == [settings.BASE_DIR / "accounts/base/sealing.py"]
