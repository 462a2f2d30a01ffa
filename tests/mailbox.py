"""A real mail server on loopback that keeps what it takes."""

from __future__ import annotations

import email
import email.policy
import socket

from aiosmtpd.controller import Controller


class Mailbox:
    """`replies` answers RCPT in turn, then everything is accepted; `mails` is what came."""

    def __init__(self):
        self.mails = []
        self.replies = []
        self.controller = Controller(self, hostname="127.0.0.1", port=find_port())

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = self.replies.pop(0) if self.replies else "250 OK"
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

    def __enter__(self):
        self.controller.start()
        return self

    def __exit__(self, *_):
        self.controller.stop()


def find_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def text_of(mail, kind="plain"):
    return mail.get_body((kind,)).get_content()
