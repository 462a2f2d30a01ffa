"""The schema as rows a template can show, and the list of all codes."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from accounts.base.errors import DomainError, NotFound


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    place: str
    kind: str
    required: bool
    text: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Parameter]
    request: str
    status: str
    answer: str


def list_groups(schema: dict[str, Any]) -> list[tuple[str, list[Operation]]]:
    """Return the operations by noun, in the order of the addresses."""
    groups: dict[str, list[Operation]] = defaultdict(list)
    schemas = schema["components"]["schemas"]
    for path, methods in schema["paths"].items():
        for method, described in methods.items():
            groups[described["tags"][0]].append(_read_operation(path, method, described, schemas))
    return sorted(groups.items())


def list_problems() -> list[tuple[str, int, bool, str]]:
    """Return every code with its status, whether it is temporary, and its meaning."""
    found = {kind.code: kind for kind in _descendants(DomainError)}
    return [
        (code, kind.status, kind.temporary, _explain(kind)) for code, kind in sorted(found.items())
    ]


def _descendants(kind: type[DomainError]) -> list[type[DomainError]]:
    """Most general last, so that it gives a shared code its text."""
    below = [deeper for child in kind.__subclasses__() for deeper in _descendants(child)]
    return [*below, *kind.__subclasses__()]


def _explain(kind: type[DomainError]) -> str:
    """Return what the class says about itself, else what it tells its callers."""
    own = (kind.__doc__ or "") if kind.text in (DomainError.text, NotFound.text) else ""
    return own.partition("\n")[0] or kind.text


def _read_operation(
    path: str, method: str, described: dict[str, Any], schemas: dict[str, Any]
) -> Operation:
    status = next(code for code in described["responses"] if code.startswith("2"))
    return Operation(
        name=described["operationId"],
        method=method.upper(),
        path=path,
        summary=described["summary"],
        description=described["description"],
        parameters=_list_parameters(described, schemas),
        request=_read_example(described.get("requestBody", {})),
        status=status,
        answer=_read_example(described["responses"][status]),
    )


def _list_parameters(described: dict[str, Any], schemas: dict[str, Any]) -> list[Parameter]:
    """Return what goes into the address, the headers and the body."""
    found = [
        Parameter(
            one["name"],
            one["in"],
            _kind_of(one["schema"]),
            one.get("required", False),
            one.get("description", ""),
        )
        for one in described["parameters"]
    ]
    body = schemas.get(_name_of(described.get("requestBody", {})), {})
    for name, field in body.get("properties", {}).items():
        required = name in body.get("required", [])
        text = field.get("description", "")
        found.append(Parameter(name, "body", _kind_of(field), required, text))
    return found


def _name_of(content: dict[str, Any]) -> str:
    """Return the name of the schema that a body refers to."""
    for media in content.get("content", {}).values():
        return str(media["schema"].get("$ref", "")).rpartition("/")[2]
    return ""


def _kind_of(schema: dict[str, Any]) -> str:
    """Return the type in words: its values, its format or its JSON type."""
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    kind = schema.get("type", "object")
    kinds = kind if isinstance(kind, list) else [kind]
    return " or ".join([str(schema.get("format", kinds[0])), *kinds[1:]])


def _read_example(content: dict[str, Any]) -> str:
    for media in content.get("content", {}).values():
        for example in media.get("examples", {}).values():
            return json.dumps(example["value"], indent=2, ensure_ascii=False)
    return ""
