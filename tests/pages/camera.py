"""What a camera, a scanner or a hand does to a page: perspective, shadow, folds, blur, noise, JPEG, turns, cuts."""

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Pixels = NDArray[np.uint8]


def lay_on_table(page: Image.Image, rng: np.random.Generator, *, tilt: float = 0.06, turn: float = 6.0) -> Image.Image:
    """Photograph the page as it lies on a wooden table, from an angle."""
    w, h = page.size
    margin = int(0.06 * w + rng.random() * 0.06 * w)
    big_w, big_h = w + 2 * margin, h + 2 * margin
    table = wood(big_w, big_h, rng)
    corners = np.array([(0, 0), (w, 0), (w, h), (0, h)], np.float32)
    moved = corners + rng.uniform(-tilt, tilt, (4, 2)) * w * 0.6 + margin
    spin = cv2.getRotationMatrix2D((big_w / 2, big_h / 2), float(rng.uniform(-turn, turn)), 0.97)
    moved = (np.c_[moved, np.ones(4)] @ spin.T).astype(np.float32)
    warp = cv2.getPerspectiveTransform(corners, moved)
    flat = cv2.warpPerspective(np.asarray(page), warp, (big_w, big_h), flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full((h, w), 255, np.uint8), warp, (big_w, big_h))[..., None] / 255.0
    return Image.fromarray((flat * mask + table * (1 - mask)).astype(np.uint8))


def wood(w: int, h: int, rng: np.random.Generator) -> Pixels:
    """Return the brown grain of a table."""
    base = np.array(((150, 105, 66), (120, 78, 50), (176, 136, 96), (140, 70, 52))[rng.integers(4)], np.float32)
    grain = cv2.resize(rng.random((h // 4 + 1, 6), np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
    fine = cv2.resize(rng.random((h // 2 + 1, w // 40 + 1), np.float32), (w, h), interpolation=cv2.INTER_LINEAR)
    shade = (0.75 + 0.35 * grain + 0.15 * fine)[..., None]
    return np.clip(base * shade, 0, 255).astype(np.uint8)


def skew(page: Image.Image, rng: np.random.Generator, degrees: float = 4.0) -> Image.Image:
    """Scan the page slightly askew."""
    angle = float(rng.uniform(-degrees, degrees))
    return page.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=(225, 225, 225))


def cast_shadow(page: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Darken the page towards one side, under warm or cold light."""
    w, h = page.size
    x, y = np.meshgrid(np.linspace(-1, 1, w, dtype=np.float32), np.linspace(-1, 1, h, dtype=np.float32))
    angle = rng.uniform(0, 2 * np.pi)
    ramp = np.clip(0.5 + 0.6 * (x * np.cos(angle) + y * np.sin(angle)), 0, 1)
    light = 1 - ramp[..., None] * rng.uniform(0.35, 0.65)
    tint = np.array(((1, 0.95, 0.85), (0.92, 0.96, 1), (1, 1, 1))[rng.integers(3)], np.float32)
    return Image.fromarray((np.asarray(page, np.float32) * light * tint).astype(np.uint8))


def fold(page: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Put two or three creases into the page."""
    pixels = np.asarray(page, np.float32).copy()
    h, w = pixels.shape[:2]
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    for _ in range(int(rng.integers(2, 4))):
        angle = rng.choice([0, np.pi / 2]) + rng.uniform(-0.05, 0.05)
        distance = (x - w * rng.uniform(0.2, 0.8)) * np.cos(angle) + (y - h * rng.uniform(0.1, 0.8)) * np.sin(angle)
        pixels *= 1 - 0.35 * np.exp(-((distance / 5) ** 2))[..., None]
        pixels *= 1 - 0.12 * np.exp(-np.abs(distance) / 80)[..., None] * (distance > 0)[..., None]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def blur(page: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Take the page slightly out of focus or with a shaking hand."""
    pixels = np.asarray(page)
    if rng.random() < 0.6:
        return Image.fromarray(cv2.GaussianBlur(pixels, (0, 0), float(rng.uniform(1.0, 2.0))))
    kernel = np.zeros((7, 7), np.float32)
    kernel[3, 1:6] = 0.2
    return Image.fromarray(cv2.filter2D(pixels, -1, kernel if rng.random() < 0.5 else kernel.T))


def add_noise(page: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Add the noise of a sensor in poor light."""
    pixels = np.asarray(page, np.float32)
    noise = rng.normal(0, rng.uniform(6, 16), pixels.shape).astype(np.float32)
    return Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8))


def compress(page: Image.Image, quality: int = 40) -> Image.Image:
    """Write the page as JPEG and read it again."""
    held = io.BytesIO()
    page.save(held, "JPEG", quality=quality)
    return Image.open(io.BytesIO(held.getvalue())).convert("RGB")


def shrink(page: Image.Image, rng: np.random.Generator, least: float = 0.62) -> Image.Image:
    """Make the picture smaller, as Zalo does with photographs."""
    share = float(rng.uniform(least, 0.85))
    return page.resize((int(page.width * share), int(page.height * share)), Image.Resampling.LANCZOS)


def make_grey(page: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Scan the page without colour."""
    grey = np.asarray(page.convert("L"), np.float32)
    return Image.fromarray(np.clip((grey - 20) * rng.uniform(1.0, 1.15) + 10, 0, 255).astype(np.uint8)).convert("RGB")


def keep_upper_half(page: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Keep only the upper part of the page."""
    return page.crop((0, 0, page.width, int(page.height * rng.uniform(0.4, 0.6))))


def keep_corner(page: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Keep only the upper left corner, as somebody photographs it from near."""
    corner = page.crop((0, int(0.05 * page.height), int(page.width * 0.62), int(page.height * 0.4)))
    share = float(rng.uniform(1.2, 1.9))
    return corner.resize((int(corner.width * share), int(corner.height * share)), Image.Resampling.BICUBIC)


def scribble(page: Image.Image, rng: np.random.Generator, centre: tuple[float, float]) -> Image.Image:
    """Draw strokes of a blue or black pen across a place (pixels)."""
    marked = page.copy()
    draw = ImageDraw.Draw(marked)
    colour = ((30, 40, 150), (20, 20, 25))[rng.integers(2)]
    for _ in range(int(rng.integers(1, 4))):
        points = [
            (centre[0] + rng.uniform(-150, -70), centre[1] + rng.uniform(-45, 45)),
            (centre[0] + rng.uniform(-30, 30), centre[1] + rng.uniform(-30, 30)),
            (centre[0] + rng.uniform(70, 150), centre[1] + rng.uniform(-45, 45)),
        ]
        draw.line(points, fill=colour, width=int(rng.integers(2, 5)), joint="curve")
    return marked


def turn_page(page: Image.Image, degrees: int) -> Image.Image:
    """Turn the picture by 90, 180 or 270 degrees."""
    return page.rotate(degrees, expand=True)
