"""Pictures, decoded and written anew: what is served is pixels and nothing else.

Only workers come here. What a sender's device put beside the picture (place, maker, thumbnails,
a film behind it) and what somebody hid in it is left behind, because it is never copied.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pillow_heif
from PIL import Image, ImageCms, ImageOps, ImageSequence, UnidentifiedImageError

READ = ("PNG", "JPEG", "GIF", "WEBP", "HEIF", "AVIF", "BMP", "TIFF")
WRITTEN = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
# 160 MB while it is decoded; larger JPEGs are decoded at a half, a quarter or an eighth.
PIXELS_MAX = 40_000_000
# Of all frames together; a longer animation stands still.
FRAMES_PIXELS_MAX = 120_000_000
QUALITY = 88
# Ours above are asked first, and know of JPEGs that need not be decoded whole.
Image.MAX_IMAGE_PIXELS = None
pillow_heif.register_heif_opener()
# All of READ have to be known by name.
Image.init()


class PictureDamaged(Exception):
    """These bytes cannot be decoded."""


class PictureTooLarge(Exception):
    """More than PIXELS_MAX would have to be decoded."""


def rewrite(content: bytes, content_type: str, *, most_bytes: int) -> bytes:
    """Return the picture upright, in its format, in at most so many bytes.

    Raises PictureDamaged, PictureTooLarge.
    """
    try:
        with Image.open(io.BytesIO(content), formats=READ) as image:
            _check_size(image)
            frames = list(_read_frames(image, content_type))
    except PictureTooLarge:
        raise
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, ArithmeticError) as error:
        raise PictureDamaged from error
    # What decoders of broken files raise beside: bugs of theirs, not of ours.
    except (IndexError, KeyError, TypeError, AttributeError, EOFError, RuntimeError) as error:
        raise PictureDamaged from error
    while len(written := _write(frames, content_type)) > most_bytes:
        frames = [frame.resize((_half(frame.width), _half(frame.height))) for frame in frames]
    return written


def _check_size(image: Image.Image) -> None:
    """Raises PictureTooLarge."""
    for part in (2, 4, 8):
        if image.format in ("JPEG", "MPO") and image.width * image.height > PIXELS_MAX:
            whole: Any = image
            whole.draft(None, (image.width // part, image.height // part))
    if image.width * image.height > PIXELS_MAX:
        raise PictureTooLarge


def _read_frames(image: Image.Image, content_type: str) -> Iterator[Image.Image]:
    count = getattr(image, "n_frames", 1)
    is_moving = content_type in ("image/gif", "image/webp") and count > 1
    if not is_moving or count * image.width * image.height > FRAMES_PIXELS_MAX:
        yield _clean(ImageOps.exif_transpose(image), content_type)
        return
    for frame in ImageSequence.Iterator(image):
        duration = frame.info.get("duration", 100)
        clean = _clean(frame, content_type)
        clean.info["duration"] = duration
        yield clean


def _clean(image: Image.Image, content_type: str) -> Image.Image:
    """Return the pixels alone, in colours that every screen means the same by."""
    profile = image.info.get("icc_profile")
    has_alpha = "A" in image.getbands() or "transparency" in image.info
    mode = image.mode if image.mode in ("1", "L", "I;16") else "RGBA" if has_alpha else "RGB"
    clean = _to_srgb(image, profile) if profile and image.mode in ("RGB", "CMYK") else image
    clean = clean.convert(mode)
    if content_type == "image/jpeg" and mode == "RGBA":
        ground = Image.new("RGB", clean.size, "white")
        ground.paste(clean, mask=clean.getchannel("A"))
        clean = ground
    # A copy: what is kept beside the pixels would be written along.
    clean = clean.copy()
    clean.info = {}
    return clean


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        turned = ImageCms.profileToProfile(
            image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return turned or image


def _write(frames: list[Image.Image], content_type: str) -> bytes:
    out = io.BytesIO()
    first, *others = frames
    options: dict[str, Any] = {}
    if content_type in ("image/jpeg", "image/webp"):
        options["quality"] = QUALITY
        if content_type == "image/jpeg" and first.mode not in ("L", "RGB"):
            first = first.convert("RGB")
    if others:
        durations = [frame.info.get("duration", 100) for frame in frames]
        options |= {"save_all": True, "append_images": others, "loop": 0, "duration": durations}
    first.save(out, format=WRITTEN[content_type], **options)
    return out.getvalue()


def _half(side: int) -> int:
    return max(1, side // 2)
