from __future__ import annotations

from functools import partial
from uuid import UUID

from django.db.models import Prefetch, prefetch_related_objects
from rest_framework.request import Request
from rest_framework.response import Response

from api.resource import Resource
from api.schema.openapi import operation
from api.serializers import NoBody, PageQuery, page_of
from api.v1.properties.serializers import (
    PropertyBody,
    PropertyOut,
    PropertyPatchBody,
    PropertyQuery,
    RetentionRunOut,
)
from rooms.links.models import DirectLink
from rooms.links.services.properties import archive_property, create_property
from rooms.properties.access import get_property
from rooms.properties.models import Property, RetentionRun
from rooms.properties.services import restore_property, update_property

LINKS_SHOWN = 20
WITH_LINKS = Prefetch(
    "links",
    # A slice of a prefetch is one window query for all properties of the page.
    queryset=DirectLink.objects.unrevoked()
    .with_guests()
    .select_related("property")
    .order_by("id")[:LINKS_SHOWN],
    to_attr="first_links",
)


class PropertyResource(Resource):
    def show(self, property: Property, *, status: int = 200) -> Response:
        return self.render(PropertyOut, self.read(property.uuid), status=status)

    def read(self, uuid: UUID) -> Property:
        property = get_property(self.account, uuid)
        property.account = self.account
        prefetch_related_objects([property], WITH_LINKS)
        return property


class Properties(PropertyResource):
    @operation("properties.list", "List properties", page_of(PropertyOut), query=PropertyQuery)
    def get(self, request: Request) -> Response:
        query = self.read_query(PropertyQuery)
        rows = Property.objects.for_account(self.account)
        rows = rows.exclude(archived_at=None) if query["archived"] else rows.active()
        return self.render_page(PropertyOut, rows.prefetch_related(WITH_LINKS), query)

    @operation(
        "properties.create",
        "Open a property; it is born with a link",
        PropertyOut,
        body=PropertyBody,
        status=201,
    )
    def post(self, request: Request) -> Response:
        body = self.read_body(PropertyBody)
        property = create_property(account=self.account, actor=self.caller.actor, **body)
        return self.show(property, status=201)


class PropertyDetail(PropertyResource):
    @operation("properties.read", "Read a property", PropertyOut)
    def get(self, request: Request, uuid: UUID) -> Response:
        return self.render(PropertyOut, self.read(uuid))

    @operation("properties.update", "Change a property", PropertyOut, body=PropertyPatchBody)
    def patch(self, request: Request, uuid: UUID) -> Response:
        property = self.read(uuid)
        body = self.read_body(PropertyPatchBody)
        with self.changing(PropertyOut, property, partial(self.read, uuid)) as held:
            update_property(property=held, actor=self.caller.actor, **body)
        return self.show(held)

    @operation(
        "properties.archive",
        "Archive a property",
        None,
        status=204,
        description="Its links stop working and its guests are shown out; its rooms stay.",
    )
    def delete(self, request: Request, uuid: UUID) -> Response:
        archive_property(property=self.read(uuid), actor=self.caller.actor)
        return Response(status=204)


class PropertyRetention(PropertyResource):
    @operation(
        "properties.retention",
        "What was removed because its time was over",
        page_of(RetentionRunOut),
        query=PageQuery,
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        property = get_property(self.account, uuid)
        rows = RetentionRun.objects.for_account(self.account).filter(property=property)
        return self.render_page(RetentionRunOut, rows, self.read_query(PageQuery))


class PropertyRestore(PropertyResource):
    @operation("properties.restore", "Put an archived property back", PropertyOut, body=NoBody)
    def post(self, request: Request, uuid: UUID) -> Response:
        self.read_body(NoBody)
        property = restore_property(property=self.read(uuid), actor=self.caller.actor)
        return self.show(property)
