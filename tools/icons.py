"""Draw the icons of the installed pages into `service/web/assets/pictures/`: a river in its valley, our own mark.

    .venv/bin/python tools/icons.py

The pictures are in the repository; this draws them anew when the mark changes.
"""

from math import pi, sin
from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).resolve().parent.parent / "service" / "web" / "assets" / "pictures"
VALLEY = "#12382f"
WATER = "#eaf3ee"
SIZES = (192, 512)
DRAWN = 2048


def river() -> Image.Image:
    """The mark, large: one bend and another, wider towards the mouth, inside what every launcher leaves uncut."""
    picture = Image.new("RGB", (DRAWN, DRAWN), VALLEY)
    pen = ImageDraw.Draw(picture)
    steps = 1200
    for step in range(steps + 1):
        along = step / steps
        x = DRAWN * (0.5 + 0.17 * sin(2.2 * pi * along))
        y = DRAWN * (0.2 + 0.6 * along)
        half = DRAWN * (0.028 + 0.05 * along)
        pen.ellipse((x - half, y - half, x + half, y + half), fill=WATER)
    return picture


def main() -> None:
    """Write every size."""
    FOLDER.mkdir(exist_ok=True)
    large = river()
    for size in SIZES:
        large.resize((size, size), Image.Resampling.LANCZOS).save(FOLDER / f"icon-{size}.png", optimize=True)


if __name__ == "__main__":
    main()
