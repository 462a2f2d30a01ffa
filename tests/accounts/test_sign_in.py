from __future__ import annotations

import re

import pytest

from tests.cast import PASSWORD


def sign_in(client, password=PASSWORD, email="alice@example.com"):
    return client.post("/accounts/login/", {"login": email, "password": password})


def test_the_right_password_leads_to_the_inbox(client, alice):
    assert sign_in(client).headers["Location"] == "/inbox"


def test_five_wrong_passwords_close_the_door_also_for_the_right_one(client, alice):
    for _ in range(5):
        assert sign_in(client, "wrong").status_code == 200
    sign_in(client)
    assert client.get("/team").status_code == 302


def test_a_stranger_and_a_wrong_password_get_the_same_answer(client, alice):
    def said(response):
        return re.findall(r'class="errorlist[^>]*>(.*?)</ul>', response.content.decode(), re.S)

    wrong = said(sign_in(client, "wrong"))
    assert wrong and wrong == said(sign_in(client, "wrong", "nobody@example.com"))


def test_a_forgotten_password_is_replaced_by_mail(client, alice, mailoutbox):
    client.post("/accounts/password/reset/", {"email": alice.email})
    path = re.search(r"https?://[^/]+(/\S+)", mailoutbox[0].body)[1]
    form = client.get(path, follow=True)
    new = "another good one"
    client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    client.logout()
    assert sign_in(client, new).headers["Location"] == "/inbox"
    assert sign_in(client).status_code in (200, 302)


def test_resetting_tells_nobody_who_has_an_account(client, alice, mailoutbox):
    answers = {
        client.post("/accounts/password/reset/", {"email": email}).headers["Location"]
        for email in (alice.email, "nobody@example.com")
    }
    assert len(answers) == 1
    # The same work: one mail each, and only one with a way in.
    assert {mail.to[0] for mail in mailoutbox} == {alice.email, "nobody@example.com"}
    assert [mail.to for mail in mailoutbox if "/reset/key/" in mail.body] == [[alice.email]]


@pytest.mark.parametrize("path", ["/team", "/developers", "/account", "/notifications", "/inbox"])
def test_pages_of_members_ask_for_a_sign_in(client, db, path):
    response = client.get(path)
    assert response.headers["Location"] == f"/accounts/login/?next={path}"


def test_signing_out_ends_it(alices):
    assert alices.get("/team").status_code == 200
    alices.post("/accounts/logout/")
    assert alices.get("/team").status_code == 302
