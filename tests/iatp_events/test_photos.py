"""A photo that was uploaded becomes a small square picture that carries nothing else."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageFile, ImageOps

from iatp_events.lib import photos


def picture(size: tuple[int, int] = (640, 480), encoding: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    """A picture whose left half is dark and whose right half is light, with noise, as a photo has it."""
    image = Image.effect_noise(size, 60).convert(mode)
    image.paste(0 if mode == "L" else (10,) * len(mode), (0, 0, size[0] // 2, size[1]))
    target = BytesIO()
    image.save(target, encoding, **options)
    return target.getvalue()


def read(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


@pytest.mark.parametrize(
    ("encoding", "mode"),
    [("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "L"), ("WEBP", "RGB")],
)
def test_a_portrait_is_a_square_webp_that_a_page_can_afford(encoding: str, mode: str) -> None:
    content = photos.portrait(picture(encoding=encoding, mode=mode))

    image = read(content)
    assert (image.format, image.size) == ("WEBP", (192, 192))
    assert len(content) <= photos.BUDGET


def test_a_small_picture_is_not_blown_up() -> None:
    assert read(photos.portrait(picture((90, 120), "PNG"))).size == (90, 90)


def test_a_phone_held_sideways_still_gives_an_upright_portrait_without_exif() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a quarter to the right
    exif[0x010F] = "Camera of Ana"

    image = read(photos.portrait(picture((400, 400), exif=exif)))

    assert not dict(image.getexif())
    # What lay left lies on top.
    top, bottom = (image.convert("L").getpixel((96, y)) for y in (20, 170))
    assert isinstance(top, int)
    assert isinstance(bottom, int)
    assert top < 40 < bottom


def test_transparency_becomes_white() -> None:
    target = BytesIO()
    Image.new("RGBA", (200, 200), (0, 0, 0, 0)).save(target, "PNG")

    assert read(photos.portrait(target.getvalue())).convert("RGB").getpixel((10, 10)) == (255, 255, 255)


def bomb(side: int) -> bytes:
    """A PNG of side × side white pixels in a few kB."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress(b"\x00" * ((side // 8 + 2) * side), 9)
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [5_000, 13_000])
def test_a_small_file_with_millions_of_pixels_is_refused_before_it_unfolds(
    side: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda image: pytest.fail("the picture was decoded"))
    content = bomb(side)
    assert len(content) < 50_000

    with pytest.raises(photos.PhotoRefused, match="24 million pixels"):
        photos.portrait(content)


def test_a_file_above_five_megabytes_is_refused_unread() -> None:
    with pytest.raises(photos.PhotoRefused, match="5 MB"):
        photos.portrait(b"\xff\xd8" + bytes(photos.MOST_BYTES))


@pytest.mark.parametrize(
    "content",
    [b"", b"I am a text.\n", b"<svg xmlns='http://www.w3.org/2000/svg'/>", picture((64, 64), "GIF", "L")],
    ids=["empty", "text", "svg", "gif"],
)
def test_what_is_no_photo_is_refused_whatever_its_name_says(content: bytes) -> None:
    with pytest.raises(photos.PhotoRefused, match="not a JPEG, PNG or WebP"):
        photos.portrait(content)


@pytest.mark.parametrize("encoding", ["JPEG", "PNG", "WEBP"])
def test_a_truncated_photo_is_refused_with_a_way_on(encoding: str) -> None:
    whole = picture(encoding=encoding)

    with pytest.raises(photos.PhotoRefused, match="damaged"):
        photos.portrait(whole[: len(whole) // 2])


@pytest.mark.parametrize("trouble", [OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error])
def test_whatever_a_decoder_stumbles_over_is_told_as_damage(
    trouble: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(image: Image.Image) -> Image.Image:
        raise trouble("broken")

    monkeypatch.setattr(photos, "_square", stumble)

    with pytest.raises(photos.PhotoRefused, match="damaged"):
        photos.portrait(picture())


def test_of_a_tall_picture_the_part_above_the_middle_is_kept() -> None:
    tall = Image.new("RGB", (100, 400), "black")
    tall.paste((255, 255, 255), (0, 0, 100, 125))
    target = BytesIO()
    tall.save(target, "PNG")

    portrait = read(photos.portrait(target.getvalue())).convert("1")

    assert [bool(portrait.getpixel((50, y))) for y in (5, 60)] == [True, False]


def test_a_large_jpeg_is_decoded_at_a_fraction_of_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    transpose = ImageOps.exif_transpose

    def noted(image):
        sizes.append(image.size)
        return transpose(image)

    monkeypatch.setattr(ImageOps, "exif_transpose", noted)

    photos.portrait(picture((1600, 1200)))

    assert sizes == [(800, 600)]
