"""Decodes one photo in a process of its own: `python -m qijie.records.decode_photo < in > out`.

Image decoders are the part of the product most open to attack, so they run with a memory and a time
limit, behind everybody else, and with nothing of ours loaded but the sizes. Writes a JPEG without
any metadata; exits 3 for something that is no photo, 4 for one with too many pixels.
"""

import io
import os
import resource
import sys

from qijie.records.photo_size import fitted

MAX_PIXELS = 40_000_000
MEMORY_BYTES = 1_500 * 1024 * 1024
SECONDS = 10
NOT_A_PHOTO, TOO_MANY_PIXELS = 3, 4
_NICE = 10
_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")


def main() -> int:
    os.nice(_NICE)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    from PIL import Image, ImageOps, UnidentifiedImageError
    from pillow_heif import register_heif_opener

    register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None
    try:
        image = Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=_FORMATS)
        if image.width * image.height > MAX_PIXELS:
            return TOO_MANY_PIXELS
        size = fitted(image.width, image.height)
        image.draft("RGB", size)
        small = image.convert("RGB")
        if small.size != size:
            small = small.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        upright = ImageOps.exif_transpose(small)
        # Pillow would write the comment of the file it read into the one it saves.
        upright.info.clear()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, MemoryError):
        return NOT_A_PHOTO
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=82, optimize=True)
    sys.stdout.buffer.write(f"{upright.width} {upright.height}\n".encode() + out.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main())
