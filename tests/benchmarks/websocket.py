"""A WebSocket client that costs little: masks of zeros, frames counted, only watched ones read.

One that offers compression packs and unpacks every text, as browsers do.
"""

from __future__ import annotations

import asyncio
import base64
import os
import re
import socket
import zlib

MASKED_TEXT, COMPRESSED = 0x81, 0x40
PING, CLOSE = 9, 8
# What Chromium offers, word for word.
BROWSER_EXTENSIONS = "permessage-deflate; client_max_window_bits"
AGREED = re.compile(rb"sec-websocket-extensions: *permessage-deflate([^\r]*)", re.IGNORECASE)
OUR_WINDOW = re.compile(rb"client_max_window_bits=(\d+)")


class Deflate:
    """permessage-deflate (RFC 7692), what was said before being the dictionary."""

    def __init__(self, parameters):
        bits = OUR_WINDOW.search(parameters)
        self._packer = zlib.compressobj(wbits=-int(bits[1] if bits else 15), memLevel=5)
        self._unpacker = zlib.decompressobj(wbits=-15)

    def pack(self, text):
        return (self._packer.compress(text) + self._packer.flush(zlib.Z_SYNC_FLUSH))[:-4]

    def unpack(self, content):
        return self._unpacker.decompress(content + b"\0\0\xff\xff")


class Socket(asyncio.Protocol):
    """One connection. `frames` and `octets` count what came; `on_text` sees each text."""

    def __init__(self, port, path, protocols="", extensions=""):
        self.port, self.path = port, path
        self.protocols, self.extensions = protocols, extensions
        self.frames = self.octets = 0
        self._deflate = None
        self.on_text = None
        self.close_code = None
        self._buffer = bytearray()
        self._opened = asyncio.get_running_loop().create_future()

    @classmethod
    async def open(cls, port, path, protocols="", extensions=""):
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(
            lambda: cls(port, path, protocols, extensions), "127.0.0.1", port
        )
        await asyncio.wait_for(made._opened, 20)
        return made

    def connection_made(self, transport):
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        lines = [
            f"GET {self.path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        ]
        if self.protocols:
            lines.append(f"Sec-WebSocket-Protocol: {self.protocols}")
        if self.extensions:
            lines.append(f"Sec-WebSocket-Extensions: {self.extensions}")
        transport.write("\r\n".join([*lines, "", ""]).encode())

    def data_received(self, data):
        buffer = self._buffer
        buffer += data
        if not self._opened.done() and not self._take_answer(buffer):
            return
        start, end = 0, len(buffer)
        while end - start >= 2:
            size, head = buffer[start + 1], 2
            if size >= 126:
                head = 4 if size == 126 else 10
                if end - start < head:
                    break
                size = int.from_bytes(buffer[start + 2 : start + head], "big")
            if end - start < head + size:
                break
            first = buffer[start]
            code = first & 15
            start += head
            if code == 1:
                self.frames += 1
                self.octets += size
                if self.on_text is not None or self._deflate is not None:
                    self._take_text(first, bytes(buffer[start : start + size]))
            elif code == CLOSE:
                self.close_code = int.from_bytes(buffer[start : start + 2], "big")
            elif code == PING:
                self._write(0x8A, bytes(buffer[start : start + size]))
            start += size
        del buffer[:start]

    def connection_lost(self, error):
        if self.close_code is None:
            self.close_code = 1006
        if not self._opened.done():
            self._opened.set_exception(ConnectionError(f"no WebSocket on {self.port}{self.path}"))

    def send(self, text):
        """Send a text frame; `text` is bytes."""
        if self._deflate is None:
            self._write(MASKED_TEXT, text)
        else:
            self._write(MASKED_TEXT | COMPRESSED, self._deflate.pack(text))

    async def ask(self, text, matches, timeout_s=20):
        """Send and return the first text for which `matches` is true."""
        answer = asyncio.get_running_loop().create_future()

        def look(got):
            if matches(got) and not answer.done():
                answer.set_result(got)

        self.on_text = look
        self.send(text)
        try:
            return await asyncio.wait_for(answer, timeout_s)
        finally:
            self.on_text = None

    def close(self):
        self.transport.abort()

    def _take_answer(self, buffer):
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        if b" 101 " not in buffer[:20]:
            self._opened.set_exception(ConnectionError(bytes(buffer[:200]).decode()))
            return False
        if agreed := AGREED.search(buffer, 0, end):
            self._deflate = Deflate(agreed[1])
        del buffer[: end + 4]
        self._opened.set_result(None)
        return True

    def _take_text(self, first, content):
        if first & COMPRESSED:
            content = self._deflate.unpack(content)
        if self.on_text is not None:
            self.on_text(content)

    def _write(self, first, content):
        size = len(content)
        if size < 126:
            head = bytes((first, 128 | size))
        else:
            head = bytes((first, 254)) + size.to_bytes(2, "big")
        self.transport.write(head + b"\0\0\0\0" + content)
