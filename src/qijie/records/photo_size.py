"""How large a photo is kept: bound in area, and never so that its short side becomes unreadable.

The browser's script knows the same bounds (`ui/photo-field.js`). Nothing else is imported here,
since the decoding process loads it.
"""

AREA_PIXELS = 2048 * 1536
SHORT_SIDE_PIXELS = 1080
LARGEST_PIXELS = 16_000_000
"""Even of a long screenshot; some browsers can draw no larger a picture."""


def fitted(width: int, height: int) -> tuple[int, int]:
    """Its size as kept: a screenshot of 1080 x 18000 stays readable, a large photo gets small."""
    area = width * height
    scale = max((AREA_PIXELS / area) ** 0.5, SHORT_SIDE_PIXELS / min(width, height))
    scale = min(1.0, scale, (LARGEST_PIXELS / area) ** 0.5)
    return max(1, round(width * scale)), max(1, round(height * scale))
