"""Small files of every kind, and the tricks that are played with them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def _chunk(kind, data):
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check


def make_png(width=2, height=2):
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (width + 1) * height) if width * height < 10_000 else b""
    chunks = _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def make_zip(*names):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names or ("a.txt",):
            archive.writestr(name, "<?xml version='1.0'?>")
    return packed.getvalue()


def make_riff(form, data):
    return b"RIFF" + struct.pack("<I", len(data) + 4) + form + data


def make_picture(kind="JPEG", size=(8, 4), **more):
    """A red picture with a blue left edge, as Pillow writes it; `exif`, `icc_profile` and so on."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (0, 0, 1, size[1]))
    out = io.BytesIO()
    image.save(out, format=kind, **more)
    return out.getvalue()


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
GOOD = {
    "photo.png": (make_png(), "image/png"),
    "photo.JPG": (make_picture(), "image/jpeg"),
    "cat.gif": (make_picture("GIF"), "image/gif"),
    "cat.webp": (make_picture("WEBP"), "image/webp"),
    "offer.pdf": (PDF, "application/pdf"),
    "notes.txt": ("你好 <b>\n".encode(), "text/plain"),
    "list.csv": (b"a,b\r\n1,2\r\n", "text/csv"),
    "all.zip": (make_zip(), "application/zip"),
    "song.mp3": (b"ID3\4\0\0\0\0\0\0" + b"\xff\xfb\x90\0" * 9, "audio/mpeg"),
    "song.ogg": (b"OggS\0\2" + b"\0" * 40, "audio/ogg"),
    "song.wav": (make_riff(b"WAVE", b"fmt \x10\0\0\0" + b"\0" * 16), "audio/wav"),
    "clip.mp4": (b"\0\0\0\x18ftypisom\0\0\2\0isommp42", "video/mp4"),
    "letter.docx": (
        make_zip("[Content_Types].xml", "word/document.xml"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
}
PICTURES = {name for name, (_, kind) in GOOD.items() if kind.startswith("image/")}
PAGE = b"<script>alert(1)</script>"
BAD = {
    "nothing in it": ("a.png", b""),
    "a page": ("a.html", b"<!doctype html><script>alert(1)</script>"),
    "a drawing": ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    "a drawing as picture": ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "a program": ("a.exe", b"MZ\x90\0"),
    "a program as picture": ("a.png", b"MZ\x90\0"),
    "a program as text": ("a.txt", b"\x7fELF\2\1\1" + b"\0" * 50),
    "no ending": ("photo", make_png()),
    "a letter with macros": (
        "a.docx",
        make_zip("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
    ),
    "an open document with macros": ("a.odt", make_zip("mimetype", "Basic/script-lc.xml")),
}
# Pictures with something else in them: what is served is the picture.
PICTURES_AND_MORE = {
    "a page behind a picture": ("a.png", make_png() + PAGE),
    "an archive behind a picture": ("a.png", make_png() + make_zip()),
    "an archive that ends a cat": ("a.gif", make_picture("GIF") + make_zip()),
    "a page in a comment": ("a.gif", make_picture("GIF", comment=PAGE)),
    "a page in the place of a maker": ("a.jpg", make_picture(comment=PAGE)),
    "another ending": ("photo.jpg", make_png()),
    "two endings": ("photo.png.html", make_png()),
}
# Two things at once, and only ever saved.
ONLY_SAVED = {
    "a page as text": ("a.txt", b"\xef\xbb\xbf \n<!DOCTYPE html><p>"),
    "an archive behind a paper": ("a.pdf", PDF + make_zip()),
    "a paper that is an archive": ("a.zip", PDF + make_zip()),
    "a paper behind rubbish": ("a.pdf", b"\n<html>" + PDF),
    "an archive as letter": ("a.docx", make_zip()),
    "text in no language": ("a.txt", b"\xff\xfe\0a"),
    "riff of another length": ("a.wav", make_riff(b"WAVE", b"fmt ") + b"PK"),
}
# Pictures by their first bytes, of which nothing can be shown.
UNREADABLE = {
    "a page in a picture": ("a.gif", b"GIF89a/*<script>alert(1)</script>*/;", "damaged"),
    "gigabytes of pixels": ("a.png", make_png(60_000, 60_000), "too_many_pixels"),
    "a cut picture": ("a.png", make_png()[:-30], "damaged"),
}


def make_file(name="photo.png", content=None):
    return SimpleUploadedFile(name, make_png() if content is None else content)
