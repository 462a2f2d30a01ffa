from __future__ import annotations

import email
import email.policy

import pytest
from django.core.mail import EmailMultiAlternatives

from config.addresses import parse_email


@pytest.fixture
def folder(settings, tmp_path):
    for name, value in parse_email(f"file://{tmp_path}/mail").items():
        setattr(settings, name, value)
    return tmp_path / "mail"


def send(subject, to):
    message = EmailMultiAlternatives(subject, "Line ü 你好\n", to=[to])
    message.attach_alternative("<p>Hi</p>", "text/html")
    message.send()


def test_each_mail_is_a_file_in_order_of_time(folder):
    for number in range(3):
        send(f"Mail {number}", "ann/../x@example.com")
    files = sorted(folder.iterdir())
    assert [path.suffix for path in files] == [".eml"] * 3
    mails = [email.message_from_bytes(f.read_bytes(), policy=email.policy.default) for f in files]
    assert [mail["Subject"] for mail in mails] == ["Mail 0", "Mail 1", "Mail 2"]
    assert mails[0].get_body(("plain",)).get_content() == "Line ü 你好\n"
    assert "你好" in files[0].read_text()
