"""Decodes pictures from untrusted files: within a limit of pixels, upright by their EXIF, and only of known formats."""

import io
import warnings
from typing import NamedTuple

from PIL import Image, ImageOps, ImageSequence

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")
"""Formats that are decoded, all by Pillow itself; it does not know HEIC, so iPhone originals are not readable."""
TYPES = frozenset(f"image/{kind}" for kind in ("jpeg", "png", "gif", "webp", "bmp", "x-ms-bmp", "tiff"))
"""MIME types, as libmagic names them, of the formats that are decoded."""
TIFF_STARTS = (b"II*\0", b"MM\0*")
"""How a TIFF begins; its frames are pages of a scan, not steps of an animation."""
MOST_PIXELS = 80_000_000
"""Pixels of one frame as it is decoded; a page at 600 dots an inch has 35 million."""
_MOST_OF_JPEG = 3 * MOST_PIXELS
"""Pixels of a JPEG, which is made smaller while it is decoded; the largest phone cameras make 200 million."""
MOST_FRAMES = 8
MOST_OF_ANIMATION = 3
_LONGEST = 4000
"""Longest side in pixels to which a picture is reduced; an A4 page then has 340 dots an inch."""

Image.init()
# Pillow raises DecompressionBombError beyond twice this number.
Image.MAX_IMAGE_PIXELS = _MOST_OF_JPEG // 2


class Frames(NamedTuple):
    """What was decoded of a picture: RGB, upright, and at most 4,000 pixels long."""

    frames: list[Image.Image]
    """The first frames of an animation or pages of a TIFF; fewer if damaged, none if unreadable."""
    cut: bool
    """True if frames were left out, for their number or their size."""
    damaged: bool
    """True if a frame could not be decoded; it and what comes after it is missing."""


def open_frames(content: bytes, most: int = MOST_FRAMES) -> Frames:
    """Return up to `most` frames of an animation or pages of a TIFF; one of a still picture, none of a damaged one."""
    frames: list[Image.Image] = []
    kind: str | None = None
    try:
        with warnings.catch_warnings():
            # Pillow warns of damaged EXIF and of large pictures; the limit here is our own.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                kind = picture.format
                for frame in ImageSequence.Iterator(picture):
                    if not frames and frame.width * frame.height <= _MOST_OF_JPEG:
                        # A JPEG is made smaller while it is decoded.
                        frame.draft("RGB", (_LONGEST, _LONGEST))
                    if len(frames) == most or frame.width * frame.height > MOST_PIXELS:
                        return Frames(frames, cut=True, damaged=False)
                    frames.append(_prepare(frame))
    except Image.DecompressionBombError:
        return Frames(frames, cut=True, damaged=False)
    # Decoders of damaged files raise nearly anything.
    except Exception:
        # Of a phone's photo (MPO), programs cut off the pictures behind the first, which no viewer shows.
        return Frames(frames, cut=False, damaged=not frames or kind != "MPO")
    return Frames(frames, cut=False, damaged=False)


def _prepare(frame: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(frame)
    upright.thumbnail((_LONGEST, _LONGEST), Image.Resampling.BOX)
    if "A" in upright.getbands() or "transparency" in upright.info:
        coloured = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", coloured.size, "white"), coloured)
    elif upright.mode.startswith("I;16") or upright.mode in ("I", "F"):
        upright = _scale_to_eight_bits(upright)
    return upright.convert("RGB")


def _scale_to_eight_bits(deep: Image.Image) -> Image.Image:
    """Return a grey picture of 16 or 32 bits with its own darkest and lightest tones as black and white."""
    values = deep.convert("F")
    extrema = values.getextrema()
    low, high = (float(value) for value in extrema if isinstance(value, int | float))
    return values.point(lambda value: value * (255 / max(high - low, 1)) - low * (255 / max(high - low, 1))).convert(
        "L"
    )
