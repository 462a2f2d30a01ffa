"""Which files are taken. The content says first what a file is, its ending second.

What the bytes are is told by puremagic; the endings here are a list of what people send. Whatever
is no picture is only ever saved, never shown, so a wrong word about it harms nobody.
"""

from __future__ import annotations

import io
import zipfile
from typing import NamedTuple

import puremagic

from rooms.attachments.errors import FileDamaged, FileEmpty, FileHasMacros, FileRefused

# Pictures that pages may show, each written anew by us; everything else is only saved.
INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
# As which picture each one is shown: what not every browser draws becomes one that does.
SHOWN_AS = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "heif": "image/jpeg",
    "avif": "image/jpeg",
    "bmp": "image/png",
    "tiff": "image/jpeg",
}
# What a converted picture is called when it is saved, by the ending it came with.
WRITTEN_AS = {
    **dict.fromkeys(("heic", "heif", "avif", "tif", "tiff"), "jpg"),
    "bmp": "png",
}
SAME = {"jpeg": "jpg", "jfif": "jpg", "jpe": "jpg", "heic": "heif", "tif": "tiff", "dib": "bmp"}
OFFICE = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."
SAVED_AS = {
    "pdf": "application/pdf",
    "txt": "text/plain",
    "log": "text/plain",
    "md": "text/markdown",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/json",
    "ics": "text/calendar",
    "vcf": "text/vcard",
    "eml": "message/rfc822",
    "rtf": "application/rtf",
    "zip": "application/zip",
    "7z": "application/x-7z-compressed",
    "gz": "application/gzip",
    "docx": f"{OFFICE}wordprocessingml.document",
    "xlsx": f"{OFFICE}spreadsheetml.sheet",
    "pptx": f"{OFFICE}presentationml.presentation",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "odt": f"{ODF}text",
    "ods": f"{ODF}spreadsheet",
    "odp": f"{ODF}presentation",
    "pages": "application/vnd.apple.pages",
    "numbers": "application/vnd.apple.numbers",
    "key": "application/vnd.apple.keynote",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "aac": "audio/aac",
    "amr": "audio/amr",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "mov": "video/quicktime",
    "3gp": "video/3gpp",
    "webm": "video/webm",
}
ENDINGS = (*SHOWN_AS, *(set(SAME) - {"dib", "jpe"}), *SAVED_AS)
# What runs, under whatever name it comes.
PROGRAMS = frozenset({"exe", "dll", "sys", "elf", "AppImage", "class", "dex", "macho"})
# Below it puremagic has seen two or three letters, with which a text may begin as well.
SURE = 0.3
# Names within a ZIP, and within Microsoft's older container, that only macros have.
MACRO_PARTS = ("vbaProject", "Basic/script-")
MACRO_STREAM = "_VBA_PROJECT".encode("utf-16-le")
CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class FileKind(NamedTuple):
    content_type: str
    is_picture: bool


def tell_type(name: str, content: bytes) -> FileKind:
    """Return what this file is taken for.

    Raises FileEmpty, FileRefused, FileDamaged, FileHasMacros; each names the file.
    """
    ending = name.rpartition(".")[2].lower()
    ending = SAME.get(ending, ending)
    if not content:
        raise FileEmpty(name)
    found = _look_into(content, ending)
    if (picture := _find_picture(found, ending)) is not None:
        return FileKind(SHOWN_AS[picture], is_picture=True)
    if _has_macros(content) or ending in ("docm", "xlsm", "pptm"):
        raise FileHasMacros(name)
    if ending not in (*SHOWN_AS, *SAVED_AS) or PROGRAMS.intersection(found):
        raise FileRefused(name)
    if ending not in found:
        ending = next((kind for kind in found if kind in SAVED_AS), ending)
    if ending in SHOWN_AS:
        raise FileDamaged(name)
    return FileKind(SAVED_AS[ending], is_picture=False)


def _look_into(content: bytes, ending: str) -> list[str]:
    """Return which kinds these bytes are, as far as that is sure; several share a beginning."""
    if content.startswith(CONTAINER):
        # Documents of many kinds, encrypted ones too: the ending knows best.
        return [ending]
    try:
        matches = puremagic.magic_string(content)
    except (puremagic.PureError, ValueError):
        return []
    best = max(match.confidence for match in matches)
    found = [_name(match) for match in matches if match.confidence == best]
    if content.startswith(b"PK") and ending not in found:
        found.insert(0, "zip")
    return found if best >= SURE or ending in found else []


def _name(match: puremagic.PureMagicWithConfidence) -> str:
    kind = str(match.extension).lstrip(".")
    if not kind:
        # Some that run have no ending of their own.
        kind = "elf" if "ELF" in match.name else "macho" if "Mach-O" in match.name else ""
    return SAME.get(kind, kind)


def _find_picture(found: list[str], ending: str) -> str | None:
    """HEIC and MP4 are one container: what is called a film is one."""
    if ending in found and ending not in SHOWN_AS:
        return None
    return next((kind for kind in found if kind in SHOWN_AS), None)


def _has_macros(content: bytes) -> bool:
    if content.startswith(CONTAINER):
        return MACRO_STREAM in content
    if not content.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    return any(part in name for name in names for part in MACRO_PARTS)
