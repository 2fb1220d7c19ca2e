"""Decodes one photo in a process of its own: `python -m qijie.records.decode_photo < in > out`.

Image decoders are the part of the product most open to attack, so they run with a memory and a time
limit and nothing of ours loaded. Writes a JPEG without any metadata; exits 3 for something that is
no photo, 4 for one with too many pixels.
"""

import io
import resource
import sys

MAX_PIXELS = 40_000_000
MAX_SIDE_PIXELS = 2048
MEMORY_BYTES = 1_500 * 1024 * 1024
SECONDS = 10
NOT_A_PHOTO, TOO_MANY_PIXELS = 3, 4
_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")


def main() -> int:
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
        image.draft("RGB", (MAX_SIDE_PIXELS, MAX_SIDE_PIXELS))
        upright = ImageOps.exif_transpose(image).convert("RGB")
        upright.thumbnail((MAX_SIDE_PIXELS, MAX_SIDE_PIXELS))
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
