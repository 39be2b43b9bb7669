"""Strips of drawn lines as the reader cuts them from photographs: 32 pixels high, degraded in the order in which light meets them."""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

# The strip that the network sees. The capitals fill about 17 of its rows; a character is about as wide.
HEIGHT = 32
# Strips of a batch have one width: that of the longest line (44 characters) with room at both ends.
WIDTHS = {30: 672, 36: 800, 44: 960}

# Height of a capital on the canvas before it is photographed.
CAPITAL = 35
FONT_SIZE = 48
# Units of the font at this size: from the top of a tall digit to the foot of a letter.
PITCH = 34.7


class Glyphs:
    """Every character as a mask of ink, in a few weights."""

    def __init__(self, folder: str):
        self.masks = []
        for face in ("OCRB.otf", "OCRBS.otf"):
            font = ImageFont.truetype(f"{folder}/{face}", FONT_SIZE)
            for change in (-2, -1, 0, 0, 1, 2):
                self.masks.append({ch: _mask(font, ch, change) for ch in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"})

    def line(self, rng: np.random.Generator, text: str) -> Image.Image:
        """Draws a line on a canvas of three times its height; ink is white."""
        masks = self.masks[rng.integers(len(self.masks))]
        pitch = PITCH * rng.uniform(0.94, 1.16)
        ends = rng.uniform(0.3, 3.0, 2) * CAPITAL
        width = int(pitch * len(text) + ends.sum())
        canvas = Image.new("L", (width, CAPITAL * 3), 0)
        jitter = rng.uniform(0, 1.2)
        for i, ch in enumerate(text):
            x = ends[0] + i * pitch + rng.normal(0, jitter)
            y = CAPITAL - 12 + rng.normal(0, jitter * 0.5)
            mask = masks[ch]
            canvas.paste(255, (int(round(x)), int(round(y))), mask)
        return canvas


def _mask(font: ImageFont.FreeTypeFont, ch: str, change: int) -> Image.Image:
    image = Image.new("L", (int(PITCH) + 2, 64), 0)
    ImageDraw.Draw(image).text((0, 0), ch, font=font, fill=255)
    if change > 0:
        return image.filter(ImageFilter.GaussianBlur(0.5 * change)).point(lambda v: min(255, v * 3))
    if change < 0:
        return image.filter(ImageFilter.GaussianBlur(-0.5 * change)).point(lambda v: max(0, (v - 140)) * 255 // 115)
    return image


def photograph(rng: np.random.Generator, ink: Image.Image, width: int) -> np.ndarray:
    """Returns the strip of a drawn line: HEIGHT rows, at most `width` columns, 0..=255, as the reader's cut makes it."""
    # How many pixels the capitals have in the photograph, and how well the cut fits them.
    capital = float(np.exp(rng.uniform(np.log(6.0), np.log(30.0))))
    margin = rng.uniform(0.28, 0.62)
    rows = 1.0 + 2.0 * margin
    shift, tilt = rng.normal(0, 0.06), rng.normal(0, 0.06)
    top, bottom = CAPITAL * (1.0 - margin + shift), CAPITAL * (2.0 + margin + shift)
    lean, bow = CAPITAL * tilt, CAPITAL * rng.normal(0, 0.05)
    narrow = rng.normal(0, 0.05)
    size = (max(24, int(ink.width / CAPITAL * capital * rng.uniform(0.85, 1.2))), max(5, int(rows * capital)))
    # A line that is bent a little and nearer at one end: pieces, each a quadrilateral.
    pieces, mesh = 6, []
    for n in range(pieces):
        a, b = n / pieces, (n + 1) / pieces
        at = lambda s: (ink.width * s, lean * (s - 0.5) + bow * 4 * s * (1 - s), 1.0 + narrow * (s - 0.5))
        (xa, ya, ha), (xb, yb, hb) = at(a), at(b)
        half, middle = (bottom - top) / 2, (top + bottom) / 2
        quad = (xa, middle + ya - half * ha, xa, middle + ya + half * ha, xb, middle + yb + half * hb, xb, middle + yb - half * hb)
        mesh.append(((int(size[0] * a), 0, int(size[0] * b), size[1]), quad))
    scale = CAPITAL / capital
    if scale > 1.0:
        ink = ink.filter(ImageFilter.BoxBlur((scale - 1.0) / 2.0))
    seen = np.asarray(ink.transform(size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR), dtype=np.float32) / 255.0
    return _finish(rng, _expose(rng, seen), capital, width)


def _field(rng: np.random.Generator, shape: tuple[int, int], points: tuple[int, int]) -> np.ndarray:
    """A smooth field of mean 0 and range about -1..=1."""
    small = Image.fromarray(rng.normal(0, 0.5, points).astype(np.float32))
    return np.asarray(small.resize((shape[1], shape[0]), Image.Resampling.BICUBIC))


def _expose(rng: np.random.Generator, seen: np.ndarray) -> np.ndarray:
    """Ink on paper with its pattern, in the light of a room."""
    height, width = seen.shape
    paper, dark = rng.uniform(110, 245), rng.uniform(10, 95)
    dark = min(dark, paper - rng.uniform(40, 110))
    ground = np.full(seen.shape, paper, np.float32)
    if rng.random() < 0.6:
        strength = rng.uniform(4, 38)
        y, x = np.mgrid[0:height, 0:width]
        wave = np.sin(x * rng.uniform(0.02, 1.2) + y * rng.uniform(-1.2, 1.2) + 6 * _field(rng, seen.shape, (3, 9)))
        ground += strength * np.where(wave > rng.uniform(-0.5, 0.9), wave, 0)
    ground += _field(rng, seen.shape, (2, 7)) * rng.uniform(0, 45)
    picture = ground * (1 - seen) + dark * seen
    if rng.random() < 0.25:
        # A burnt-out spot, or a dark one.
        centre, radius = rng.uniform(0, width), rng.uniform(0.5, 4.0) * height
        spot = np.exp(-(((np.arange(width) - centre) / radius) ** 2))[None, :]
        picture = picture + spot * rng.uniform(-60, 120)
    if rng.random() < 0.15:
        # Beyond the end of the page.
        edge, side = int(rng.uniform(0.002, 0.02) * width), rng.random() < 0.5
        (picture[:, :edge] if side else picture[:, width - edge :])[:] = rng.uniform(0, 255)
    return picture * rng.uniform(0.55, 1.0)


def _finish(rng: np.random.Generator, picture: np.ndarray, capital: float, width: int) -> np.ndarray:
    """Optics, sensor, compression, and the reader's cut."""
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    blur = abs(rng.normal(0, 0.07)) * min(capital, 16.0)
    if blur > 0.2:
        image = image.filter(ImageFilter.GaussianBlur(blur))
    if rng.random() < 0.25:
        image = _motion(rng, image, capital)
    values = np.asarray(image, dtype=np.float32)
    values = values + rng.normal(0, 1, values.shape) * abs(rng.normal(0, 8))
    image = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    if rng.random() < 0.8:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=int(rng.uniform(25, 96)))
        image = Image.open(file)
    # The cut keeps the picture's shape; another pitch is another width.
    wide = min(width, max(64, int(image.width * HEIGHT / image.height)))
    strip = image.resize((wide, HEIGHT), Image.Resampling.BILINEAR if image.height < HEIGHT else Image.Resampling.BOX)
    return np.asarray(strip, dtype=np.float32)


def normal(strip: np.ndarray, width: int) -> np.ndarray:
    """Mean 0, deviation 1; what is missing to `width` is 0, the mean."""
    values = (strip - strip.mean()) / max(float(strip.std()), 1.0)
    return np.pad(values, ((0, 0), (0, width - strip.shape[1])))


def _motion(rng: np.random.Generator, image: Image.Image, capital: float) -> Image.Image:
    length = int(min(5, max(2, rng.uniform(0.05, 0.22) * capital)))
    kernel = np.zeros((5, 5), np.float32)
    along = rng.random() < 0.5
    start = (5 - length) // 2
    if along:
        kernel[2, start : start + length] = 1
    else:
        kernel[start : start + length, 2] = 1
    return image.filter(ImageFilter.Kernel((5, 5), kernel.flatten().tolist(), scale=float(kernel.sum())))
