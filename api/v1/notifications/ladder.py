from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.resource import Resource
from api.schema.openapi import operation
from api.serializers import OutputSerializer, StrictSerializer, sample
from api.v1.notifications.serializers import TARGET
from api.v1.team.serializers import MEMBER
from rooms.notifications.channels import KINDS
from rooms.notifications.ladder import MAX_AFTER_S, MAX_STEPS, read_steps, set_ladder, tell, try_out
from rooms.properties.access import get_property
from rooms.properties.models import Property

STEP: dict[str, Any] = {"after_s": 15, "who": "on_duty", "channels": ["telegram", "webpush"]}
CALL: dict[str, Any] = {
    "after_s": 15,
    "target": TARGET["id"],
    "member": MEMBER["id"],
    "kind": "telegram",
    "address": "Telegram @bob",
}


@sample(STEP)
class StepBody(StrictSerializer):
    """Whom to call after so many seconds without an answer."""

    after_s = serializers.IntegerField(min_value=0, max_value=MAX_AFTER_S)
    who = serializers.CharField(
        max_length=36,
        help_text="everyone, on_duty, a role (owner, admin, agent) or a member's id.",
    )
    channels = serializers.ListField(
        child=serializers.ChoiceField(KINDS),
        required=False,
        default=list,
        max_length=len(KINDS),
        help_text="Kinds of targets; none means all.",
    )


@sample(STEP)
class StepOut(OutputSerializer):
    """A step of the ladder."""

    after_s = serializers.IntegerField()
    who = serializers.CharField()
    channels = serializers.ListField(child=serializers.ChoiceField(KINDS))


@sample(CALL)
class PlannedCallOut(OutputSerializer):
    """Who would be called if somebody came now."""

    after_s = serializers.IntegerField()
    target = serializers.UUIDField(source="target.uuid")
    member = serializers.UUIDField(source="target.membership.uuid")
    kind = serializers.ChoiceField(KINDS, source="target.kind")
    address = serializers.CharField()


@sample({"steps": [STEP]})
class LadderBody(StrictSerializer):
    """The steps in place of those there are; none: everybody after `call_after_s`."""

    steps = serializers.ListField(child=StepBody(), max_length=MAX_STEPS)


@sample({"steps": [STEP], "sentences": ["After 15 seconds: …"], "calls": [CALL]})
class LadderOut(OutputSerializer):
    """Whom a property calls, how and when."""

    steps = serializers.SerializerMethodField()
    sentences = serializers.SerializerMethodField()
    calls = serializers.SerializerMethodField()

    @extend_schema_field(StepOut(many=True))
    def get_steps(self, property: Property) -> Any:
        return StepOut(read_steps(property), many=True).data

    def get_sentences(self, property: Property) -> list[str]:
        return tell(property)

    @extend_schema_field(PlannedCallOut(many=True))
    def get_calls(self, property: Property) -> Any:
        return PlannedCallOut(try_out(property), many=True).data


class Ladder(Resource):
    @operation("properties.ladder", "Read whom a property calls, how and when", LadderOut)
    def get(self, request: Request, uuid: UUID) -> Response:
        return self.render(LadderOut, self.read(uuid))

    @operation(
        "properties.update_ladder",
        "Change whom a property calls, how and when",
        LadderOut,
        body=LadderBody,
    )
    def patch(self, request: Request, uuid: UUID) -> Response:
        property, body = self.read(uuid), self.read_body(LadderBody)
        with self.changing(LadderOut, property, partial(self.read, uuid)) as held:
            set_ladder(property=held, steps=body["steps"], actor=self.caller.actor)
        return self.render(LadderOut, held)

    def read(self, uuid: UUID) -> Property:
        """Raises PropertyNotFound."""
        property = get_property(self.account, uuid)
        property.account = self.account
        return property
