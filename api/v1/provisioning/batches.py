"""Opening many accounts: at once, or as a batch that a worker does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import IO, Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiRequest
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.base.bodies import BODY_MAX_BYTES, find_most
from accounts.base.errors import Invalid, UnsupportedMediaType
from api.requests.bodies import spool_body
from api.requests.parsers import JsonParser
from api.resource import Resource
from api.schema.openapi import operation
from api.serializers import PageQuery, page_of
from api.v1.provisioning.filters import BatchRowFilter
from api.v1.provisioning.serializers import (
    BatchAnswerOut,
    BatchBody,
    BatchOut,
    DryRunQuery,
    ResultOut,
)
from rooms.provisioning.access import get_batch
from rooms.provisioning.bulk.batches import ROWS_AT_ONCE, cancel_batch, create_batch
from rooms.provisioning.bulk.chunks import provision_rows
from rooms.provisioning.bulk.formats import READERS, read_objects
from rooms.provisioning.bulk.results import STATUSES, Result, describe, describe_result
from rooms.provisioning.bulk.rows import RawRow
from rooms.provisioning.models import ProvisioningBatch

# JSON is read as a whole; the other two line by line, so they may be longer.
JSON_MAX_BYTES = 8 * BODY_MAX_BYTES
LINES_MAX_BYTES = 64 * BODY_MAX_BYTES
TABLE = "external_id,name,email,limits.members\ncustomer-17,Ann's shop,ann@example.com,5\n"
LINES = '{"external_id": "customer-17", "name": "Ann\'s shop", "email": "ann@example.com"}\n'


def _text(example: str) -> OpenApiRequest[Any]:
    return OpenApiRequest(OpenApiTypes.STR, examples=[OpenApiExample("example", value=example)])


BODIES = {
    "application/json": BatchBody,
    "application/x-ndjson": _text(LINES),
    "text/csv": _text(TABLE),
}


class Batches(Resource):
    spool: IO[bytes]
    body_max_bytes = JSON_MAX_BYTES
    body_max_bytes_by_type = dict.fromkeys(READERS, LINES_MAX_BYTES)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.body_max_bytes = find_most(self, self.media_type)
        super().initial(request, *args, **kwargs)
        if request.method == "POST":
            self.spool = spool_body(request, self.body_max_bytes)

    @property
    def media_type(self) -> str:
        return str(self.request.content_type).partition(";")[0].strip().lower()

    @operation("provisioning.list_batches", "List batches, newest first", page_of(BatchOut))
    def get(self, request: Request) -> Response:
        query = self.read_query(PageQuery)
        return self.render_page(BatchOut, ProvisioningBatch.objects.all(), query)

    @operation(
        "provisioning.open_many",
        "Open many accounts",
        BatchAnswerOut,
        body=BODIES,
        query=DryRunQuery,
        also={202: BatchOut},
        description=(
            "Up to 1,000 rows are done in the request (200); more, up to 100,000, become a batch "
            "(202) that tells its progress under its id. Sending the same rows again is safe."
        ),
    )
    def post(self, request: Request) -> Response:
        dry_run = self.read_query(DryRunQuery)["dry_run"]
        rows = self.read_rows()
        first = list(islice(rows, ROWS_AT_ONCE + 1))
        if not first:
            raise Invalid("Send at least one row.", field="rows")
        if len(first) > ROWS_AT_ONCE:
            return self.keep(chain(first, rows), dry_run)
        results = provision_rows(first, actor=self.caller.actor, dry_run=dry_run)
        return Response(BatchAnswerOut(_sum_up(results, dry_run)).data)

    def keep(self, rows: Iterable[RawRow], dry_run: bool) -> Response:
        batch = create_batch(rows, key=self.caller.api_key, dry_run=dry_run)
        response = Response(BatchOut(batch).data, status=202)
        response["Location"] = f"/api/v1/provisioning/batches/{batch.uuid}"
        return response

    def read_rows(self) -> Iterator[RawRow]:
        """Raises UnsupportedMediaType, MalformedJson and what BatchBody says."""
        if not self.media_type:
            return iter(())
        if self.media_type in READERS:
            return READERS[self.media_type](self.spool)
        if self.media_type != JsonParser.media_type:
            raise UnsupportedMediaType("Send application/json, application/x-ndjson or text/csv.")
        body = BatchBody(data=JsonParser().parse(self.spool))
        return read_objects(self._check(body)["rows"])


class BatchDetail(Resource):
    @operation("provisioning.read_batch", "How far a batch is", BatchOut)
    def get(self, request: Request, uuid: UUID) -> Response:
        return self.render(BatchOut, get_batch(uuid))


class BatchRows(Resource):
    @operation(
        "provisioning.list_rows",
        "What became of a batch's rows",
        page_of(ResultOut),
        query=PageQuery,
        filters=BatchRowFilter,
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        query = self.read_query(PageQuery, BatchRowFilter)
        rows = self.narrow(BatchRowFilter, get_batch(uuid).rows.all())
        page, following = self.cut(rows, query, order="number")
        items = [describe_result(row.number, row.status, row.result) for row in page]
        return Response({"items": ResultOut(items, many=True).data, "next": following})


class BatchCancel(Resource):
    @operation("provisioning.cancel_batch", "Stop a batch; what is done stays", BatchOut)
    def post(self, request: Request, uuid: UUID) -> Response:
        return self.render(BatchOut, cancel_batch(get_batch(uuid)))


def _sum_up(results: list[Result], dry_run: bool) -> dict[str, Any]:
    counts = Counter(result.status for result in results)
    now = timezone.now()
    return {
        "uuid": None,
        "state": ProvisioningBatch.State.DONE,
        "dry_run": dry_run,
        "total": len(results),
        "done": len(results),
        **{status: counts[status] for status in STATUSES},
        **dict.fromkeys(("created_at", "started_at", "finished_at"), now),
        "rows": [describe(result) for result in results],
    }
