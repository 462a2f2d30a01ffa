"""The wire as an AsyncAPI 3.0 document, made from the types that the server decodes with.

`manage.py asyncapi` prints it; docs/asyncapi.yaml is the same text. Commands come from
protocol.py, answers and events from wire.py.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from signaling.wire import protocol, server_frames

SCHEMAS = "#/components/schemas/"
MESSAGES = "#/components/messages/"
CHANNEL = "#/channels/socket"

DESCRIPTION = """\
Everything live goes over one WebSocket: JSON text frames, commands up, replies and events down.
Open it with the sub-protocols `doorbell.v1` and `ticket.<token>`. docs/protocol.md says in words
what a client does: syncing, healing, close codes, what peers say to each other."""


def describe_wire() -> dict[str, Any]:
    """Return the document; dictionaries are in a stable order."""
    channel = {"address": "/ws/", "title": "The socket", "messages": {}, "bindings": _bindings()}
    messages, operations = _commands()
    for name in protocol.EVENTS:
        key = _name_event(name)
        messages[key] = _message(name, key)
        operations[f"send{key}"] = {
            "action": "send",
            "channel": {"$ref": CHANNEL},
            "messages": [{"$ref": f"{CHANNEL}/messages/{key}"}],
        }
    messages["Error"] = _message("error", "Error")
    channel["messages"] = {key: {"$ref": MESSAGES + key} for key in messages}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Doorbell", "version": "1", "description": DESCRIPTION},
        "defaultContentType": "application/json",
        "servers": {"site": {"host": "chat.example.com", "protocol": "wss"}},
        "channels": {"socket": channel},
        "operations": operations,
        "components": {"messages": messages, "schemas": _schemas()},
    }


def _commands() -> tuple[dict[str, Any], dict[str, Any]]:
    messages: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for kind in protocol.ACCOUNT_COMMANDS:
        key, answer = _name_command(kind), _name_answer(kind)
        messages[key], messages[answer] = _message(kind, key), _message(f"{kind} ok", answer)
        answers = [{"$ref": f"{CHANNEL}/messages/{name}"} for name in (answer, "Error")]
        operations[f"receive{key}"] = {
            "action": "receive",
            "channel": {"$ref": CHANNEL},
            "messages": [{"$ref": f"{CHANNEL}/messages/{key}"}],
            "reply": {"channel": {"$ref": CHANNEL}, "messages": answers},
        }
    return messages, operations


def _bindings() -> dict[str, Any]:
    offered = {"type": "string", "description": "doorbell.v1, ticket.<token>"}
    headers = {"type": "object", "properties": {"Sec-WebSocket-Protocol": offered}}
    return {"ws": {"method": "GET", "headers": headers, "bindingVersion": "0.1.0"}}


def _message(title: str, key: str) -> dict[str, Any]:
    return {"name": key, "title": title, "payload": {"$ref": f"{SCHEMAS}{key}"}}


def _schemas() -> dict[str, Any]:
    """Return the schema of every frame, and of what is inside."""
    shapes: set[type[Struct]] = {
        *protocol.ACCOUNT_COMMANDS.values(),
        *server_frames.EVENTS.values(),
    }
    shapes.add(server_frames.Refusal)
    for answers in server_frames.ANSWERS.values():
        shapes.update(answers)
    ordered = sorted(shapes, key=lambda shape: shape.__name__)
    _, inner = msgspec.json.schema_components(ordered, ref_template=SCHEMAS + "{name}")
    schemas: dict[str, Any] = {}
    for kind, shape in protocol.ACCOUNT_COMMANDS.items():
        schemas[_name_command(kind)] = _command_frame(kind, shape)
        ok = {"anyOf": [_refer(answer) for answer in server_frames.ANSWERS[kind]]}
        schemas[_name_answer(kind)] = _frame(ref={"type": "integer"}, ok=ok)
    for name in protocol.EVENTS:
        schemas[_name_event(name)] = _event_frame(name, server_frames.EVENTS[name])
    error = _frame(ref={"type": ["integer", "null"]}, error=_refer(server_frames.Refusal))
    return {**schemas, "Error": error, **inner}


def _command_frame(kind: str, shape: type[Struct]) -> dict[str, Any]:
    ref = {"type": "integer", "minimum": 0, "maximum": 2**53}
    frame = _frame(kind={"const": kind}, ref=ref, data=_refer(shape))
    optional = {"ref"} if _has_required(shape) else {"ref", "data"}
    frame["required"] = [name for name in frame["required"] if name not in optional]
    return frame


def _event_frame(name: str, shape: type[Struct]) -> dict[str, Any]:
    frame = _frame(event={"const": name}, room={"type": "string"}, data=_refer(shape))
    if name in server_frames.WITHOUT_ROOM:
        del frame["properties"]["room"]
        frame["required"].remove("room")
    return frame


def _frame(**properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _has_required(shape: type[Struct]) -> bool:
    return any(field.required for field in msgspec.structs.fields(shape))


def _refer(shape: type[Struct]) -> dict[str, str]:
    return {"$ref": SCHEMAS + shape.__name__}


def _name_command(kind: str) -> str:
    return _join_words(kind) + "Command"


def _name_answer(kind: str) -> str:
    return _join_words(kind) + "Answer"


def _name_event(name: str) -> str:
    return _join_words(name) + "Event"


def _join_words(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("."))
