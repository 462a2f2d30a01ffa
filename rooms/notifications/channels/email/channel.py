"""Calling by e-mail."""

from __future__ import annotations

import smtplib
from collections.abc import Mapping
from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from accounts.base.errors import Invalid
from accounts.targets.models import Target
from accounts.team.models import Membership
from rooms.notifications.channels.base import Channel, Dead, Result, Retry, Sent
from rooms.notifications.channels.email.mail import write_digest, write_mail, write_proof
from rooms.notifications.digests import Digest
from rooms.notifications.models import Delivery

ADDRESS_MAX_CHARS = 254
ERROR_MAX_CHARS = 180
# RFC 3463: x.7.y is the receiving side's opinion of our server, not of the address.
POLICY_STATUS = "5.7."


class EmailForm(forms.Form):
    email = forms.EmailField(
        label=_("Another e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class EmailChannel(Channel):
    kind = "email"
    identity = ("email",)
    # A mail server may take its time.
    is_slow = True
    form = EmailForm
    title = _("E-mail")
    proof_sent = _("We have sent an e-mail to %s. It is called once its reader has agreed.")
    proof_again = _("Send the e-mail again")
    proof_failed = _("The e-mail could not be sent. Please try again in a minute.")

    def parse(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {"email": str(values["email"]).strip().lower()}

    def parse_text(self, address: str, token: str) -> dict[str, Any]:
        if token:
            raise Invalid("An e-mail address has no token.", field="token")
        try:
            validate_email(address)
        except ValidationError as error:
            raise Invalid(error.messages[0], field="address") from None
        if len(address) > ADDRESS_MAX_CHARS:
            raise Invalid(f"Use at most {ADDRESS_MAX_CHARS} characters.", field="address")
        return self.parse({"email": address})

    def describe(self, target: Target) -> str:
        return str(target.address.get("email", ""))

    def is_proven(self, membership: Membership, address: Mapping[str, Any]) -> bool:
        theirs = EmailAddress.objects.filter(user_id=membership.user_id, verified=True)
        return bool(theirs.filter(email__iexact=address["email"]).exists())

    def send_proof(self, target: Target, confirm_url: str) -> Result:
        return _hand_over(write_proof(target, confirm_url))

    def send(self, delivery: Delivery) -> Result:
        return _hand_over(write_mail(delivery))

    def send_digest(self, digest: Digest) -> Result:
        return _hand_over(write_digest(digest))


def _hand_over(message: EmailMultiAlternatives) -> Result:
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        answer = f"{code} {_to_text(text)}"
        return Dead(answer) if code >= 500 and POLICY_STATUS not in answer else Retry(answer)
    except smtplib.SMTPResponseException as error:
        # Password, sender or content: nothing is wrong with this member's address.
        return Retry(f"{error.smtp_code} {_to_text(error.smtp_error)}")
    except (smtplib.SMTPException, OSError) as error:
        return Retry(str(error)[:ERROR_MAX_CHARS])
    except ValueError as error:
        return Dead(f"unusable address: {error}")
    return Sent()


def _to_text(answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return " ".join(text.split())[:ERROR_MAX_CHARS]
