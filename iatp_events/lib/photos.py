"""Portraits as people upload them, made small, square and free of everything but the picture."""

import struct
import zlib
from io import BytesIO

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 5_000_000
MOST_PIXELS = 24_000_000
SIDE = 192  # pixels: sharp at 96, the largest a page shows, on screens with two dots per pixel
BUDGET = 6_000  # bytes of one portrait on a page
_QUALITIES = (82, 74, 66, 58, 50, 42, 34, 26, 18)
# Pillow guards itself as well, should a picture ever be opened without passing here.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


class PhotoRefused(Exception):
    """The file is no picture that we show; the message says why, in the reader's language."""


def portrait(content: bytes) -> bytes:
    """Turn an uploaded JPEG, PNG or WebP into a square WebP of at most SIDE pixels, without its EXIF data.

    The format is read from the content, never from the file's name; size and dimensions are checked
    before anything is decoded, because 20 kB of PNG can unfold into a gigabyte.
    Raises PhotoRefused.
    """
    if len(content) > MOST_BYTES:
        raise PhotoRefused(_("The photo is larger than 5 MB. Please choose a smaller one."))
    try:
        return _encode(_square(_open(content)))
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error):
        raise PhotoRefused(_("The photo is damaged or incomplete. Please save it anew and try again.")) from None


def _open(content: bytes) -> Image.Image:
    """Read the header only."""
    try:
        image = Image.open(BytesIO(content), formats=FORMATS)
    except UnidentifiedImageError:
        raise PhotoRefused(_("This file is not a JPEG, PNG or WebP picture.")) from None
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    if image.width * image.height > MOST_PIXELS:
        raise _too_many_pixels()
    return image


def _too_many_pixels() -> PhotoRefused:
    return PhotoRefused(_("The photo has more than 24 million pixels. Please choose a smaller one."))


def _square(image: Image.Image) -> Image.Image:
    # A JPEG can be decoded at a fraction of its size, which saves most of the memory; other formats ignore this.
    image.draft("RGB", (2 * SIDE, 2 * SIDE))
    upright = ImageOps.exif_transpose(image)
    side = min(SIDE, upright.width, upright.height)
    # Faces sit above the middle of a portrait.
    fitted = ImageOps.fit(upright.convert("RGBA"), (side, side), Image.Resampling.LANCZOS, centering=(0.5, 0.35))
    ground = Image.new("RGB", fitted.size, "white")
    ground.paste(fitted, mask=fitted.getchannel("A"))
    return ground


def _encode(image: Image.Image) -> bytes:
    """Write WebP at the best quality that keeps the budget; a new image carries no EXIF, profile or comment."""
    for quality in _QUALITIES:
        target = BytesIO()
        image.save(target, "WEBP", quality=quality, method=6)
        if target.tell() <= BUDGET:
            break
    return target.getvalue()
