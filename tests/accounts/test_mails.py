from __future__ import annotations

from tests.accounts.test_sign_up import read_code, sign_up


def test_the_confirmation_is_plain_and_html_with_the_same_code(client, db, mailoutbox):
    sign_up(client)
    mail = mailoutbox[0]
    assert mail.subject == "Confirm your address for Doorbell"
    page = mail.alternatives[0][0]
    assert f">{read_code(mail)}</p>" in page


def test_mails_speak_the_language_of_the_page(client, db, mailoutbox):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    sign_up(client)
    assert mailoutbox[0].subject == "确认您的 Doorbell 邮箱地址"
