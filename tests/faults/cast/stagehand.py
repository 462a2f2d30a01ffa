"""A process that sets the stage in the database of the fault tests and strikes it on a cue.

It is a second process of the product, like a worker: what it does reaches the sockets by
Redis alone. One JSON line in, one JSON line out.
"""

from __future__ import annotations

import json
import sys
import traceback
from uuid import uuid4

import django

django.setup()

from django.db import close_old_connections  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.keys.models import ApiKey  # noqa: E402
from accounts.keys.services import create_api_key  # noqa: E402
from accounts.team.models import Membership  # noqa: E402
from accounts.team.services.accounts import suspend_account  # noqa: E402
from accounts.team.services.members import remove_member  # noqa: E402
from accounts.tenants.models import Account  # noqa: E402
from accounts.users.models import User  # noqa: E402
from rooms.conversations.models import Message, Participant  # noqa: E402
from rooms.conversations.services.guests import block_guest  # noqa: E402
from rooms.conversations.tickets import TicketClaims, new_connection, sign_resume  # noqa: E402
from rooms.links.models import DirectLink  # noqa: E402
from rooms.links.services.links import revoke_link  # noqa: E402
from rooms.provisioning.opening import open_account  # noqa: E402

browsers: dict[str, Client] = {}


def open_shop(mode="shared", storage="keep"):
    """An account with one link; nothing of it is shared with another test."""
    name = uuid4().hex[:10]
    owner = User.objects.create_user(f"{name}@example.com", name, name=name)
    opened = open_account(user=owner, name=name)
    opened.property.storage = storage
    opened.property.save(update_fields=["storage"])
    opened.link.mode = mode
    opened.link.save(update_fields=["mode"])
    _, key = create_api_key(opened.account, "Tests", ApiKey.Scope.ADMIN, created_by=owner)
    return {
        "account": str(opened.account.uuid),
        "link": opened.link.address,
        "link_uuid": str(opened.link.uuid),
        "owner": str(opened.membership.uuid),
        "key": key,
    }


def add_agent(account):
    name = uuid4().hex[:10]
    user = User.objects.create_user(f"{name}@example.com", name, name=name)
    found = Account.objects.get(uuid=account)
    return str(Membership.objects.create(account=found, user=user, role="agent").uuid)


def take_desk(membership):
    """The inbox's pass of a member who signed in with a browser."""
    member = Membership.objects.select_related("user", "account").get(uuid=membership)
    browser = browsers[membership] = Client()
    browser.force_login(member.user)
    claims = TicketClaims(
        account=str(member.account.uuid),
        connection=new_connection(),
        membership=membership,
        session=browser.session.session_key,
    )
    return sign_resume(claims)


def read_messages(room):
    rows = Message.objects.filter(room__uuid=room).order_by("seq")
    return [
        {"seq": m.seq, "client_id": str(m.client_id), "body": m.body, "at": m.at.timestamp()}
        for m in rows
    ]


def revoke(link_uuid):
    revoke_link(link=DirectLink.objects.select_related("account").get(uuid=link_uuid))


def block(participant):
    block_guest(guest=Participant.objects.select_related("guest").get(uuid=participant).guest)


def remove(membership, by):
    members = Membership.objects.select_related("user", "account")
    remove_member(membership=members.get(uuid=membership), actor=members.get(uuid=by).user)


def sign_out(membership):
    browsers.pop(membership).logout()


def suspend(account):
    suspend_account(account=Account.objects.get(uuid=account))


CUES = {
    cue.__name__: cue
    for cue in (
        open_shop,
        add_agent,
        take_desk,
        read_messages,
        revoke,
        block,
        remove,
        sign_out,
        suspend,
    )
}


def serve():
    for line in sys.stdin:
        request = json.loads(line)
        close_old_connections()
        try:
            answer = {"ok": CUES[request.pop("cue")](**request)}
        except Exception:  # told to the test, which fails with it
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    serve()
