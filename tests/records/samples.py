"""Pictures and things that only look like one, made here."""

import io
import struct
import zlib

from PIL import Image
from pillow_heif import from_pillow


def picture(width: int = 640, height: int = 480, mode: str = "RGB") -> Image.Image:
    """Coloured enough to survive a lossy format as something other than one flat tone."""
    across = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (across, across.rotate(180), across)).convert(mode)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def jpeg_with_position() -> bytes:
    """A photo that says where and with what it was taken, and lies on its side."""
    image = picture(400, 300)
    exif = Image.Exif()
    exif[0x0110] = "Canary Phone 9"
    exif[0x0112] = 6
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 35.0, 59.0), 3: "E", 4: (114.0, 16.0, 1.0)})
    return encoded(image, "JPEG", exif=exif, comment=b"canary comment")


def heic() -> bytes:
    out = io.BytesIO()
    from_pillow(picture(320, 200)).save(out, quality=60)
    return out.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A small file whose header promises more pixels than a machine has room for."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 4096, 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def polyglot() -> bytes:
    """A true JPEG that is a web page, a script and an archive to whoever reads on."""
    tail = b"<script>canary()</script><?php canary(); ?>PK\x03\x04 canary.sh #!/bin/sh\n"
    return encoded(picture(), "JPEG", comment=tail) + tail
