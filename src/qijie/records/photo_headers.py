"""What a file says of itself in its first bytes: its format and its size in pixels; pure.

Nothing is decoded. A file that lies gets past here and is found out in the darkroom, where decoding
runs in a limited process of its own.
"""

import struct
from dataclasses import dataclass

_SOI, _SOS = 0xD8, 0xDA
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_HEIF_HEADER_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Header:
    media_type: str
    width: int
    height: int

    @property
    def pixels(self) -> int:
        return self.width * self.height


def header_of(raw: bytes) -> Header | None:
    """None for what is no photo of a kind we take, or ends before it says how large it is."""
    for media_type, size_in in _KINDS:
        try:
            size = size_in(raw)
        except (struct.error, IndexError):
            return None
        if size is not None:
            return Header(media_type, *size) if min(size) > 0 else None
    return None


_Size = tuple[int, int]


def _png(raw: bytes) -> _Size | None:
    if not raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    width, height = struct.unpack_from(">II", raw, 16)
    return width, height


def _jpeg(raw: bytes) -> _Size | None:
    """Walks the segments up to the frame that says the size."""
    if not raw.startswith(b"\xff\xd8\xff"):
        return None
    at = 2
    while True:
        if raw[at] != 0xFF:
            return 0, 0
        marker = raw[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _BARE:
            at += 2
        elif marker == _SOS:
            return 0, 0
        elif marker in _FRAMES:
            height, width = struct.unpack_from(">HH", raw, at + 5)
            return width, height
        else:
            at += 2 + max(int(struct.unpack_from(">H", raw, at + 2)[0]), 2)


def _webp(raw: bytes) -> _Size | None:
    if raw[:4] != b"RIFF" or raw[8:12] != b"WEBP":
        return None
    kind = raw[12:16]
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", raw, 26)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        (packed,) = struct.unpack_from("<I", raw, 21)
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    if kind == b"VP8X":
        wide, high = (raw[at] | raw[at + 1] << 8 | raw[at + 2] << 16 for at in (24, 27))
        return wide + 1, high + 1
    return 0, 0


def _heif(raw: bytes) -> _Size | None:
    """The largest of the sizes told: tiles and thumbnails have theirs too."""
    if raw[4:8] != b"ftyp" or raw[8:12] not in _HEIF_BRANDS:
        return None
    sizes, at = [(0, 0)], raw.find(b"ispe", 0, _HEIF_HEADER_BYTES)
    while at >= 0:
        width, height = struct.unpack_from(">II", raw, at + 8)
        sizes.append((width, height))
        at = raw.find(b"ispe", at + 4, _HEIF_HEADER_BYTES)
    return max(sizes, key=lambda size: size[0] * size[1])


_KINDS = (
    ("image/jpeg", _jpeg),
    ("image/png", _png),
    ("image/webp", _webp),
    ("image/heif", _heif),
)
