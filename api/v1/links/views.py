from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from api.resource import Resource
from api.schema.openapi import operation
from api.serializers import NoBody, page_of
from api.v1.links.serializers import (
    PREFILL_LIFETIME_DAYS,
    LinkBatchBody,
    LinkBody,
    LinkList,
    LinkOut,
    LinkQuery,
    PrefillBody,
    PrefillOut,
    RotateBody,
)
from rooms.links.access import get_link
from rooms.links.addresses import link_url
from rooms.links.models import DirectLink
from rooms.links.services.links import (
    create_link,
    create_links,
    hash_first,
    revoke_link,
    rotate_link,
    update_link,
)
from rooms.links.services.prefill import sign_prefill
from rooms.properties.access import get_property


class LinkResource(Resource):
    def read(self, uuid: UUID) -> DirectLink:
        link = get_link(self.account, uuid)
        link.account = link.property.account = self.account
        return link


class PropertyLinks(Resource):
    @operation("links.list", "List the links of a property", page_of(LinkOut), query=LinkQuery)
    def get(self, request: Request, uuid: UUID) -> Response:
        query = self.read_query(LinkQuery)
        property = get_property(self.account, uuid)
        rows = DirectLink.objects.for_account(self.account).filter(property=property).with_guests()
        rows = rows.exclude(revoked_at=None) if query["revoked"] else rows.unrevoked()
        return self.render_page(LinkOut, rows.select_related("property"), query, order="id")

    @operation("links.create", "Hand out one more link", LinkOut, body=LinkBody, status=201)
    def post(self, request: Request, uuid: UUID) -> Response:
        property = get_property(self.account, uuid)
        property.account = self.account
        link = create_link(property=property, actor=self.caller.actor, **self.read_body(LinkBody))
        return self.render(LinkOut, link, status=201)


class PropertyLinksBatch(Resource):
    @operation(
        "links.create_many",
        "Hand out up to 1,000 alike links at once, all of them or none",
        LinkList,
        body=LinkBatchBody,
        status=201,
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        property = get_property(self.account, uuid)
        property.account = self.account
        body = self.read_body(LinkBatchBody)
        links = create_links(property=property, actor=self.caller.actor, **body)
        return Response({"items": LinkOut(links, many=True).data}, status=201)


class LinkDetail(LinkResource):
    @operation("links.read", "Read a link", LinkOut)
    def get(self, request: Request, uuid: UUID) -> Response:
        return self.render(LinkOut, self.read(uuid))

    @operation("links.update", "Change a link", LinkOut, body=LinkBody)
    def patch(self, request: Request, uuid: UUID) -> Response:
        link, body = self.read(uuid), hash_first(self.read_body(LinkBody))
        with self.changing(LinkOut, link, partial(self.read, uuid)) as held:
            update_link(link=held, actor=self.caller.actor, **body)
        return self.render(LinkOut, held)


class LinkRotate(LinkResource):
    @operation(
        "links.rotate",
        "Give a link a new token",
        LinkOut,
        body=RotateBody,
        description="Every address it had is dead at once. Guests who are inside stay, unless "
        "`kick` is true.",
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        link, body = self.read(uuid), self.read_body(RotateBody)
        rotate_link(link=link, actor=self.caller.actor, kick=body["kick"])
        return self.render(LinkOut, link)


class LinkRevoke(LinkResource):
    @operation("links.revoke", "Take a link back for good", LinkOut, body=NoBody)
    def post(self, request: Request, uuid: UUID) -> Response:
        self.read_body(NoBody)
        return self.render(LinkOut, revoke_link(link=self.read(uuid), actor=self.caller.actor))


class LinkPrefill(LinkResource):
    @operation(
        "links.prefill",
        "Sign facts about one guest into an address",
        PrefillOut,
        body=PrefillBody,
        status=201,
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        link, body = self.read(uuid), self.read_body(PrefillBody)
        lifetime = timedelta(days=PREFILL_LIFETIME_DAYS)
        expires_at = body.get("expires_at") or timezone.now() + lifetime
        token = sign_prefill(link, body["facts"], expires_at)
        url = link_url(link, prefill=token)
        answer = {"prefill": token, "url": url, "expires_at": expires_at}
        return Response(PrefillOut(answer).data, status=201)
