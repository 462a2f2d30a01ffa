"""A real mail server on loopback that keeps what it takes."""

from __future__ import annotations

import asyncio
import email
import email.policy

import pytest
from aiosmtpd.controller import Controller

from tests.server import find_free_port


class Mailbox:
    """`replies` answers RCPT in turn, then everything is accepted; `mails` is what came.

    Between hold() and release() senders wait; `waiting` counts them.
    """

    def __init__(self):
        self.controller = Controller(self, hostname="127.0.0.1", port=find_free_port())
        self.clear()

    def clear(self):
        self.mails, self.replies, self.held, self.waiting = [], [], False, 0

    def hold(self):
        self.held = True

    def release(self):
        self.held = False

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = self.replies.pop(0) if self.replies else "250 OK"
        self.waiting += 1
        while self.held:
            await asyncio.sleep(0.02)
        self.waiting -= 1
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        mail.recipients = envelope.rcpt_tos
        self.mails.append(mail)
        return "250 Taken"

    @property
    def port(self):
        return self.controller.port

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    def __enter__(self):
        self.controller.start()
        return self

    def __exit__(self, *_):
        self.release()
        self.controller.stop()


def text_of(mail, kind="plain"):
    return mail.get_body((kind,)).get_content()


@pytest.fixture
def mailbox(settings):
    """Takes all mail of this process."""
    with Mailbox() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        yield box
