"""A photo as it is kept: decoded and drawn anew, so that nothing of the sent file is left but what it shows.

Where and when it was taken, with which device, thumbnails and comments all stay behind. What cannot be drawn is
refused in a sentence for the person who sent it. Only the decoders of the three kinds taken here ever see a file.
"""

from io import BytesIO
from typing import Final

from PIL import Image, ImageOps
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from service.followup.errors import FileRefused
from service.texts import N_

KIND: Final = "image/jpeg"
"""What every photo is kept as."""
LONGEST_SIDE: Final = 2560
"""Pixels. A number plate across a farmyard can be read at this, and a photo takes about a megabyte."""
MOST_PIXELS: Final = 40_000_000
"""Decoded at once: 120 MB of memory."""
MOST_PIXELS_SCALED: Final = 210_000_000
"""Of a plain JPEG, which its decoder can make smaller while reading. The largest telephones take 200 million."""
_QUALITY: Final = 85
_PROGRESSIVE: Final = ("progressive", "progression")
_HEIC: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif"})
_BITS_14: Final = 0x3FFF


NO_PHOTO: Final = N_("This is not a photo that we can read. Send it as JPEG, PNG or WebP.")
HEIC_SAYS: Final = N_(
    "We cannot read this kind of photo (HEIC). Send a screenshot of it, or a copy saved as JPEG."
)
LARGE_SAYS: Final = N_("This photo is too large. Send a smaller copy, or a screenshot of it.")
BROKEN_SAYS: Final = N_("This photo is damaged or a part is missing. Send it again.")


def drawn_anew(sent: bytes) -> bytes:
    """The photo as a JPEG of at most LONGEST_SIDE without any metadata. Raises FileRefused, saying what to do.

    Takes tenths of a second and up to a few hundred megabytes: for a thread, a few at a time.
    """
    try:
        with _opened(sent) as image:
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
            shown = _without_transparency(image)
    except FileRefused:
        raise
    except MemoryError:
        raise FileRefused(LARGE_SAYS) from None
    except Exception:  # noqa: BLE001 - decoders raise whatever a hostile file leads them to
        # From None: what a decoder complains of may quote the file.
        raise FileRefused(BROKEN_SAYS) from None
    shown.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    kept = BytesIO()
    # Saved from a picture that was never given the sent one's metadata; the colour profile goes as well, since it can
    # name the device.
    shown.save(kept, "JPEG", quality=_QUALITY, optimize=True, exif=b"", icc_profile=None)
    return kept.getvalue()


def _opened(sent: bytes) -> Image.Image:
    """The header read, nothing decoded yet. Each kind by its first bytes, whatever it was called."""
    if sent.startswith(b"\xff\xd8\xff"):
        jpeg = JpegImageFile(BytesIO(sent))
        # A progressive one is held whole while it is read.
        most = MOST_PIXELS if any(name in jpeg.info for name in _PROGRESSIVE) else MOST_PIXELS_SCALED
        if jpeg.width * jpeg.height > most:
            raise FileRefused(LARGE_SAYS)
        jpeg.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        return _drawable(jpeg)
    if sent.startswith(b"\x89PNG\r\n\x1a\n"):
        return _drawable(PngImageFile(BytesIO(sent)))
    if sent[:4] == b"RIFF" and sent[8:12] == b"WEBP":
        # Its decoder sets two canvases aside as soon as it sees the file.
        width, height = _webp_size(sent)
        if width * height > MOST_PIXELS // 2:
            raise FileRefused(LARGE_SAYS)
        return WebPImageFile(BytesIO(sent))
    if sent[4:8] == b"ftyp" and sent[8:12] in _HEIC:
        raise FileRefused(HEIC_SAYS)
    raise FileRefused(NO_PHOTO)


def _drawable(image: Image.Image) -> Image.Image:
    if image.width * image.height > MOST_PIXELS:
        raise FileRefused(LARGE_SAYS)
    return image


def _webp_size(sent: bytes) -> tuple[int, int]:
    """Width and height as the header tells them (RFC 9649, sections 2.5 to 2.7)."""
    kind, head = sent[12:16], sent[20:30]
    if len(head) < 10:
        raise FileRefused(BROKEN_SAYS)
    if kind == b"VP8X":
        return int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:10], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return (bits & _BITS_14) + 1, (bits >> 14 & _BITS_14) + 1
    return int.from_bytes(head[6:8], "little") & _BITS_14, int.from_bytes(head[8:10], "little") & _BITS_14


def _without_transparency(image: Image.Image) -> Image.Image:
    """The picture on white, in red, green and blue, and nothing else of it."""
    if image.mode == "RGB":
        return _bare(image)
    if image.mode in {"I;16", "I;16B", "I"}:
        return _bare(image.point(lambda level: level / 256).convert("L").convert("RGB"))
    if "A" in image.mode or "transparency" in image.info:
        coloured = image.convert("RGBA")
        white = Image.new("RGBA", coloured.size, "white")
        white.alpha_composite(coloured)
        return _bare(white.convert("RGB"))
    return _bare(image.convert("RGB"))


def _bare(image: Image.Image) -> Image.Image:
    """The same pixels in a picture that carries nothing beside them."""
    image = image.copy()
    image.info.clear()
    return image
