"""Handing out files larger than a process should hold at once.

Under an ASGI server Django reads a synchronous stream to its end before it sends the first byte.
Who knows how to read beside the event loop sits higher up and registers here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

from django.core.files.base import File
from django.core.handlers.asgi import ASGIRequest
from django.http import FileResponse, HttpRequest, StreamingHttpResponse

Reader = Callable[["File[bytes]"], AsyncIterator[bytes]]
_readers: list[Reader] = []


def register(reader: Reader) -> None:
    """Say how a file is read beside the event loop; once per process."""
    _readers[:] = [reader]


def answer_file(
    request: HttpRequest, file: File[bytes], name: str, content_type: str = "application/zip"
) -> StreamingHttpResponse:
    """Hand the file out as a download; it is closed at the end."""
    if not isinstance(request, ASGIRequest) or not _readers:
        return FileResponse(file, as_attachment=True, filename=name, content_type=content_type)
    content: Any = _readers[0](file)
    response = StreamingHttpResponse(content, content_type=content_type)
    response["Content-Length"] = str(file.size)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
