"""Scripts written for ejabberd, Prosody and Openfire open accounts here, unchanged."""

from __future__ import annotations

import base64
import json
import subprocess

import pytest

from accounts.keys.services import create_api_key
from accounts.tenants.models import Account
from accounts.users.models import User

PASSWORD = "s3cret words"


@pytest.fixture
def key(db):
    return create_api_key(None, "Scripts", "platform")[1]


@pytest.fixture
def enabled(settings):
    settings.COMPATIBILITY_API = True
    settings.SITE_URL = "https://chat.example.com"


@pytest.fixture
def script(server, key, tmp_path):
    """Run lines of shell against a real server; what they print comes back."""
    site = server(env={"COMPATIBILITY_API": "1", "SITE_URL": "http://chat.example.com"})
    env = {"PATH": "/usr/bin:/bin", "URL": site.url, "KEY": key, "NO_PROXY": "*"}

    def run(text):
        command = ["bash", "-euc", text]
        done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return run


def sign_in(client, email, password=PASSWORD):
    return client.login(email=email, password=password)


EJABBERD = """
add() { curl -s -w ' %{http_code}\\n' "$URL/api/register" -u "admin@localhost:$KEY" \\
  -d "$(printf '{"user": "%s", "host": "chat.example.org", "password": "s3cret words"}' "$1")"; }
add bob; add bob; add 'b@b'
curl -s -w ' %{http_code}\\n' "$URL/api/register/v2" -H "Authorization: Bearer $KEY" \\
  -d '{"user": "eve", "host": "chat.example.org", "password": "s3cret words"}'
curl -s -w ' %{http_code}\\n' "$URL/api/register" -u "admin@localhost:wrong" -d '{}'
"""


def test_a_script_for_ejabberd_opens_accounts(script, client):
    added, again, bad, bearer, stranger = script(EJABBERD)
    assert added == '"User bob@chat.example.org successfully registered" 200'
    body, _, status = again.rpartition(" ")
    message = "User bob@chat.example.org already registered"
    assert json.loads(body) == {"status": "error", "code": 10090, "message": message}
    assert status == "409"
    assert ('"code": 10001' in bad, bad[-4:]) == (True, " 500")
    assert bearer == '"User eve@chat.example.org successfully registered" 200'
    assert stranger.endswith(" 401")
    assert sign_in(client, "bob@chat.example.org")
    account = Account.objects.get(external_id="bob@chat.example.org")
    assert account.links.count() == account.properties.count() == 1


PROSODY = """
facts() { printf '{"username": "%s", "password": "s3cret words", "ip": "192.0.2.1",
  "mail": "%s", "auth_token": "%s"}' "$1" "$2" "$3" | base64 -w0; }
ask() { curl -s -w ' %{http_code}\\n' "$URL/register_account/" -d "$(facts "$@")"; }
UUID=$(curl -s "$URL/register_account/" -d "$(facts bob bob@mail.example "$KEY")")
echo "$UUID"
ask bob other@mail.example "$KEY"
ask eve bob@mail.example "$KEY"
ask eve eve@mail.example wrong
ask 'e ve' eve@mail.example "$KEY"
curl -s -w ' %{http_code}\\n' "$URL/register_account/" -d 'not base64 of json'
curl -s -o /dev/null -w '%{http_code}\\n' "$URL/register_account/verify/" -d "uuid=$UUID"
ask bob other@mail.example "$KEY"
"""


def test_a_script_for_prosody_opens_accounts_in_two_steps(script, client):
    uuid, pending, mail, wrong, name, garbage, verified, exists = script(PROSODY)
    assert len(uuid) == 36
    assert pending == "Another user registration by that username is pending. 401"
    assert mail.startswith("The E-Mail Address provided matches the hash")
    assert [line[-4:] for line in (mail, wrong, name, garbage)] == [" 409", " 401", " 406", " 400"]
    assert verified == "200"
    assert exists == "User already exists. 409"
    assert sign_in(client, "bob@chat.example.com")
    owner = User.objects.get(email="bob@chat.example.com")
    assert owner.emailaddress_set.filter(email="bob@mail.example", verified=False).exists()


OLD_PROSODY = """
add() { curl -s -w '%{http_code}\\n' "$URL/register_account" -u "admin@chat.example.org:$KEY" \\
  -d "$(printf '{"username": "%s", "password": "s3cret words", "host": "x.example.org"%s}' \\
  "$1" "$2")"; }
add bob ', "ip": "192.0.2.1"'; add bob ', "ip": "192.0.2.1"'
add 'b b' ', "ip": "192.0.2.1"'; add eve ''
curl -s -w '%{http_code}\\n' "$URL/register_account" -d '{}'
"""


def test_a_script_for_the_old_form_opens_accounts_at_once(script, client):
    lines = script(OLD_PROSODY)
    assert lines[:4] == ["Done.", "200", "User already exists.", "409"]
    assert lines[5::2] == ["406", "400", "401"]
    assert sign_in(client, "bob@x.example.org")


OPENFIRE = """
add() { curl -s -w ' %{http_code}\\n' "$URL/plugins/restapi/v1/users" -H "$1" \\
  -H "Content-Type: application/$2" -d "$3"; }
SECRET="Authorization: $KEY"
BOB='{"username": "bob", "password": "s3cret words", "name": "Bob", "email": "bob@mail.example"}'
add "$SECRET" json "$BOB"; add "$SECRET" json "$BOB"
add "$SECRET" json '{"username": "eve"}'
add "Authorization: wrong" json "$BOB"
BASIC="Authorization: Basic $(printf 'admin:%s' "$KEY" | base64 -w0)"
EVE='<user><username>eve</username><password>s3cret words</password></user>'
add "$BASIC" xml "$EVE"; add "$BASIC" xml "$EVE"
"""


def test_a_script_for_openfire_opens_accounts(script, client):
    added, again, bare, wrong, xml, xml_again = script(OPENFIRE)
    assert (added, wrong, xml) == (" 201", " 401", " 201")
    problem = json.loads(again.rpartition(" ")[0])
    assert problem["exception"] == "UserAlreadyExistsException"
    assert (problem["resource"], again[-4:]) == ("bob", " 409")
    assert ("PasswordIsNull" in bare, bare[-4:]) == (True, " 400")
    assert "<exception>UserAlreadyExistsException</exception>" in xml_again
    assert sign_in(client, "bob@chat.example.com")
    assert Account.objects.get(external_id="bob@chat.example.com").name == "Bob"


def test_openfire_says_nothing_without_calling_it_a_page(client, enabled, key):
    """Its clients look at the type before the status: text/html is a wrong address to them."""
    bob = {"username": "bob", "password": PASSWORD, "name": None, "email": None}
    sent = {"content_type": "application/json", "headers": {"Authorization": key}}
    stranger = sent | {"headers": {"Authorization": "wrong"}}
    answers = [
        client.post(USERS, bob, **sent),
        client.post(USERS, bob, **stranger),
        client.post(USERS, "[", **sent),
        client.get(USERS, **sent),
    ]
    assert [answer.status_code for answer in answers] == [201, 401, 400, 405]
    assert {answer.content for answer in answers} == {b""}
    assert not any("Content-Type" in answer.headers for answer in answers)


def test_a_script_that_is_too_fast_gets_a_problem_and_no_page(client, enabled, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"api_anonymous": "1/60"}
    hasty = [client.post(USERS, "x", content_type="text/plain") for _ in range(2)][-1]
    assert (hasty.status_code, hasty["Content-Type"]) == (429, "application/problem+json")
    assert (hasty.json()["code"], "Retry-After" in hasty.headers) == ("rate_limited", True)


USERS = "/plugins/restapi/v1/users"
ADDRESSES = ["/api/register", "/register_account", "/register_account/", USERS]


@pytest.mark.parametrize("address", [*ADDRESSES, "/register_account/verify/"])
def test_without_the_setting_there_is_nothing(client, db, address):
    assert client.post(address, "{}", content_type="application/json").status_code == 404


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("body", [b"", b"[]", b"5", b"\xff", b"[" * 10_000, b'{"user": {}}'])
def test_odd_bodies_are_refused_plainly(client, enabled, key, address, body):
    headers = {"Authorization": f"Bearer {key}"}
    for sent in (body, base64.b64encode(body)):
        answer = client.post(address, sent, content_type="application/json", headers=headers)
        assert answer.status_code == 400


def test_an_accounts_own_key_opens_no_accounts(client, enabled, account):
    _, text = create_api_key(account, "Own", "admin")
    headers = {"Authorization": f"Bearer {text}"}
    body = {"user": "bob", "host": "example.org", "password": "x"}
    answer = client.post("/api/register", body, content_type="application/json", headers=headers)
    assert answer.status_code == 401
    assert Account.objects.count() == 1


def test_somebody_elses_sign_up_is_not_taken_over(client, enabled, key, alice):
    headers = {"Authorization": f"Bearer {key}"}
    body = {"user": "alice", "host": "example.com", "password": "mine now"}
    answer = client.post("/api/register", body, content_type="application/json", headers=headers)
    assert answer.status_code == 409
    assert not sign_in(client, "alice@example.com", "mine now")
    assert alice.memberships.count() == 1
