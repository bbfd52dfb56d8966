"""Real pictures for the demo's file store, drawn here: small, each another one, the same for the same name.

Next: demo/documents.py
"""

import io
from random import Random

from PIL import ExifTags, Image, ImageDraw

_SIZE = _WIDE, _HIGH = 320, 240
_PAPER = 16  # colours are enough for flat shapes, and keep a picture at one or two kilobytes


def picture(name: str) -> bytes:
    """A PNG of a landscape that depends on its name."""
    out = io.BytesIO()
    _drawn(name).quantize(_PAPER).save(out, "PNG")
    return out.getvalue()


def photograph(name: str, *, artist: str, place: tuple[float, float]) -> bytes:
    """A JPEG as a camera writes it: who took it, and where it was taken (latitude and longitude north and east)."""
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = artist
    exif[ExifTags.Base.Model] = "Example Camera 5"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", (place[0], 0.0, 0.0)
    gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLongitude] = "E", (place[1], 0.0, 0.0)
    out = io.BytesIO()
    _drawn(name, portrait=True).save(out, "JPEG", quality=80, exif=exif)
    return out.getvalue()


def scan(lines: tuple[str, ...]) -> Image.Image:
    """A page of paper as a scanner sees it: letters that are points, and no text behind them."""
    page = Image.new("L", (620, 877), 246)
    pen = ImageDraw.Draw(page)
    for number, line in enumerate(lines):
        pen.text((70, 90 + 34 * number), line, fill=40, font_size=20)
    return page


def _drawn(name: str, *, portrait: bool = False) -> Image.Image:
    chance = Random(name)

    def colour(low: int, high: int) -> tuple[int, ...]:
        return tuple(chance.randint(low, high) for _ in range(3))

    image = Image.new("RGB", _SIZE, colour(150, 240))
    pen = ImageDraw.Draw(image)
    sun = chance.randint(30, _WIDE - 30), chance.randint(20, 90), chance.randint(14, 34)
    pen.circle((sun[0], sun[1]), sun[2], fill=(250, 230, chance.randint(90, 200)))
    for row in range(3):
        base, peaks = 120 + 40 * row, chance.randint(2, 5)
        line = [(_WIDE * each // peaks, base - chance.randint(0, 60)) for each in range(peaks + 1)]
        pen.polygon([(0, _HIGH), *line, (_WIDE, _HIGH)], fill=colour(40 + 20 * row, 150 - 20 * row))
    if portrait:
        at = chance.randint(120, 200)
        pen.polygon([(at - 70, _HIGH), (at - 40, 165), (at + 40, 165), (at + 70, _HIGH)], fill=colour(30, 120))
        pen.ellipse((at - 38, 62, at + 38, 170), fill=(226, 190, 160))
        pen.ellipse((at - 42, 50, at + 42, 105), fill=colour(30, 90))
        pen.circle((at - 14, 118), 4, fill=(40, 40, 40))
        pen.circle((at + 14, 118), 4, fill=(40, 40, 40))
        pen.arc((at - 16, 128, at + 16, 152), 20, 160, fill=(150, 60, 60), width=3)
    return image
