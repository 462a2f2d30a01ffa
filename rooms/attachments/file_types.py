"""Which files are taken: the name's ending and the bytes must tell the same story.

A file that is two things at once (a picture that ends as a ZIP archive, a page that begins as a
picture) is none: every kind is followed from its first to its last byte as far as its form allows.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

from rooms.attachments.errors import FileRefused

Check = Callable[[bytes], bool]

# Pictures that pages may show; everything else is only saved.
INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
# A picture of more would cost its readers' browsers gigabytes.
PIXELS_MAX = 40_000_000
# What makes a browser, or whoever saves the file, see a page in it.
MARKUP = re.compile(rb"<(?:!doctype|html|head|body|script|svg|iframe|\?xml|\?php)\b", re.IGNORECASE)
MARKUP_BYTES = 1024
TEXT_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
ZIP_END = b"PK\x05\x06"
ZIP_END_BYTES = 22
ZIP_COMMENT_MAX = 65_535


def tell_type(name: str, content: bytes) -> str:
    """Return the content type of this file. Raises FileRefused."""
    _, dot, ending = name.rpartition(".")
    content_type, check = KINDS.get(ending.lower(), ("", _is_nothing))
    if not dot or not content or not check(content):
        raise FileRefused
    if check not in ARCHIVES and (_shows_markup(check, content) or _find_zip(content)):
        raise FileRefused
    return content_type


def _shows_markup(check: Check, content: bytes) -> bool:
    head = content[:MARKUP_BYTES]
    # A text may speak about markup, but not begin with it.
    if check is _is_text:
        return MARKUP.match(head.removeprefix(b"\xef\xbb\xbf").lstrip()) is not None
    return MARKUP.search(head) is not None


def _is_nothing(content: bytes) -> bool:
    return False


def _is_png(content: bytes) -> bool:
    if not content.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"):
        return False
    width, height = struct.unpack_from(">II", content, 16) if len(content) > 24 else (0, 0)
    place = 8
    while place + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        place += 12 + length
        if kind == b"IEND":
            return place == len(content) and _is_bearable(width, height)
    return False


def _is_jpeg(content: bytes) -> bool:
    if not content.startswith(b"\xff\xd8\xff") or not content.rstrip(b"\0").endswith(b"\xff\xd9"):
        return False
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker, length = content[place + 1], struct.unpack_from(">H", content, place + 2)[0]
        # The frame header: C0 to CF without C4, C8 and CC, which are tables.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", content, place + 5)
            return _is_bearable(width, height)
        place += 2 + length
    return False


def _is_gif(content: bytes) -> bool:
    if content[:6] not in (b"GIF87a", b"GIF89a") or len(content) < 14:
        return False
    width, height = struct.unpack_from("<HH", content, 6)
    return content.endswith(b"\x3b") and _is_bearable(width, height)


def _is_webp(content: bytes) -> bool:
    if not _is_riff(content, b"WEBP") or len(content) < 30:
        return False
    kind = content[12:16]
    if kind == b"VP8X":
        width = int.from_bytes(content[24:27], "little") + 1
        height = int.from_bytes(content[27:30], "little") + 1
    elif kind == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", content, 26))
    return kind in (b"VP8 ", b"VP8L", b"VP8X") and _is_bearable(width, height)


def _is_bearable(width: int, height: int) -> bool:
    return 0 < width * height <= PIXELS_MAX


def _is_riff(content: bytes, form: bytes) -> bool:
    size = int.from_bytes(content[4:8], "little")
    return (
        content[:4] == b"RIFF"
        and content[8:12] == form
        and len(content) - 8 in (size, size + size % 2)
    )


def _is_wav(content: bytes) -> bool:
    return _is_riff(content, b"WAVE")


def _is_pdf(content: bytes) -> bool:
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not TEXT_CONTROLS.search(text)


def _is_mp3(content: bytes) -> bool:
    if content.startswith(b"ID3"):
        return len(content) > 10
    # Frame sync, then MPEG 1 or 2, layer III.
    return len(content) > 4 and content[0] == 0xFF and content[1] & 0xE6 == 0xE2


def _is_ogg(content: bytes) -> bool:
    return content.startswith(b"OggS\x00")


def _is_mp4(content: bytes) -> bool:
    return content[4:8] == b"ftyp" and 8 <= int.from_bytes(content[:4], "big") <= len(content)


def _find_zip(content: bytes) -> tuple[int, int] | None:
    """Return where the directory of the archive at the end of these bytes lies, if there is one."""
    place = content.rfind(ZIP_END, max(0, len(content) - ZIP_END_BYTES - ZIP_COMMENT_MAX))
    if place < 0 or place + ZIP_END_BYTES > len(content):
        return None
    size, offset, comment = struct.unpack_from("<IIH", content, place + 12)
    if place + ZIP_END_BYTES + comment != len(content):
        return None
    return place - size, offset


def _is_zip(content: bytes) -> bool:
    """Whether it is an archive and nothing before or after it."""
    found = _find_zip(content)
    return found is not None and content.startswith(b"PK\x03\x04") and found[0] == found[1]


def _is_office(folder: bytes) -> Check:
    def check(content: bytes) -> bool:
        found = _find_zip(content)
        if found is None or not _is_zip(content):
            return False
        # The names stand in clear in the directory; nothing is unpacked.
        directory = content[found[0] :]
        is_plain = b"vbaProject" not in directory
        return b"[Content_Types].xml" in directory and folder in directory and is_plain

    return check


OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS: dict[str, tuple[str, Check]] = {
    "png": ("image/png", _is_png),
    "jpg": ("image/jpeg", _is_jpeg),
    "jpeg": ("image/jpeg", _is_jpeg),
    "gif": ("image/gif", _is_gif),
    "webp": ("image/webp", _is_webp),
    "pdf": ("application/pdf", _is_pdf),
    "txt": ("text/plain", _is_text),
    "csv": ("text/csv", _is_text),
    "zip": ("application/zip", _is_zip),
    "docx": (f"{OFFICE}wordprocessingml.document", _is_office(b"word/")),
    "xlsx": (f"{OFFICE}spreadsheetml.sheet", _is_office(b"xl/")),
    "pptx": (f"{OFFICE}presentationml.presentation", _is_office(b"ppt/")),
    "mp3": ("audio/mpeg", _is_mp3),
    "ogg": ("audio/ogg", _is_ogg),
    "wav": ("audio/wav", _is_wav),
    "mp4": ("video/mp4", _is_mp4),
}
ARCHIVES = {KINDS[ending][1] for ending in ("zip", "docx", "xlsx", "pptx")}
