"""Pictures that are no administrative papers: posters, banners, chats, photographs, spreadsheets, logos."""

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tests.pages.fonts import load_font

RED = (200, 25, 35)
POSTERS = (
    ("BẢO MẬT", "THÔNG TIN CÁ NHÂN"),
    ("MẬT ONG", "RỪNG TRÀM XÃ MẪU"),
    ("BÍ MẬT", "CỦA KHU VƯỜN CŨ"),
    ("BẢO VỆ BÍ MẬT", "NHÀ NƯỚC LÀ TRÁCH NHIỆM CỦA MỌI NGƯỜI"),
    ("TUẦN TRĂNG MẬT", "GIẢM GIÁ PHÒNG ĐÔI"),
    ("MẬT KHẨU", "ĐỔI BA THÁNG MỘT LẦN"),
    ("BẢO", "MẬT"),
    ("NƯỚC MẬT", "ÉP TẠI CHỖ, MƯỜI NGHÌN MỘT LY"),
    ("GIẢM GIÁ", "MẮT KÍNH HỌC SINH"),
    ("CHÀO MỪNG", "HỘI NGHỊ GIẢ ĐỊNH"),
)
CHATS = (
    "Chiều nay họp lúc 14 giờ nhé các anh chị",
    "Em gửi lại danh sách lớp học",
    "Mật khẩu wifi phòng họp là gì vậy ạ",
    "Dạ em nhận được rồi ạ",
    "Nhớ mang theo sổ và bút",
    "Mật ong chị đặt đã về, xuống lấy nhé",
    "Trang 3 còn thiếu số liệu của xã",
    "OK anh",
)


def draw_poster(rng: np.random.Generator, family: str) -> Image.Image:
    """Return a red poster, or a white one with red words."""
    w, h = ((900, 1200), (1400, 700), (1200, 400))[rng.integers(3)]
    upper, lower = POSTERS[rng.integers(len(POSTERS))]
    red_ground = rng.random() < 0.5
    ground, ink = (RED, (255, 235, 60)) if red_ground else ((252, 250, 246), RED)
    poster = Image.new("RGB", (w, h), ground)
    draw = ImageDraw.Draw(poster)
    draw_fitting(draw, upper, (w / 2, h * 0.34), w * 0.8, h * 0.22, family, ink)
    draw_fitting(draw, lower, (w / 2, h * 0.6), w * 0.86, h * (0.22 if len(lower) < 6 else 0.12), family, ink)
    if rng.random() < 0.5:
        draw.rectangle((12, 12, w - 13, h - 13), outline=ink, width=6)
    if rng.random() < 0.5:
        draw.ellipse((w * 0.44, h * 0.76, w * 0.56, h * 0.76 + w * 0.12), fill=ink)
    return poster


def draw_fitting(
    draw: ImageDraw.ImageDraw,
    words: str,
    centre: tuple[float, float],
    width: float,
    height: float,
    family: str,
    colour: tuple[int, int, int],
) -> None:
    """Draw words as large as they fit into a box (pixels)."""
    size = int(height)
    while size > 8 and draw.textlength(words, load_font(family, size, 1)) > width:
        size -= 2
    draw.text(centre, words, colour, load_font(family, size, 1), anchor="mm")


def draw_chat(rng: np.random.Generator, family: str) -> Image.Image:
    """Return a screenshot of a chat with a red badge and a red heart."""
    w, h = 720, 1480
    screen = Image.new("RGB", (w, h), (226, 233, 241))
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, w, 110), fill=(0, 104, 255))
    draw.text((110, 55), "Nhóm tỉnh Mẫu", (255, 255, 255), load_font(family, 32, 1), anchor="lm")
    draw.ellipse((640, 30, 690, 80), fill=RED)
    draw.text((665, 55), "5", (255, 255, 255), load_font(family, 26, 1), anchor="mm")
    y = 150
    for number in range(9):
        words = CHATS[rng.integers(len(CHATS))]
        font = load_font(family, 24)
        length = draw.textlength(words, font)
        left = 70 if number % 3 else w - length - 60
        draw.rounded_rectangle((left - 18, y, left + length + 18, y + 74), 16, fill=(255, 255, 255))
        draw.text((left, y + 37), words, (20, 20, 20), font, anchor="lm")
        if rng.random() < 0.3:
            draw.ellipse((left + length - 6, y + 60, left + length + 18, y + 84), fill=RED)
        y += int(rng.integers(100, 150))
    return screen


def draw_photograph(rng: np.random.Generator) -> Image.Image:
    """Return something like a photograph: soft light, red and green blobs as of flowers or roofs, sensor noise."""
    w, h = ((1280, 960), (960, 1280))[rng.integers(2)]
    base = cv2.resize(rng.random((6, 6, 3), np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
    scene = Image.fromarray((np.clip(base, 0, 1) * 200 + 25).astype(np.uint8))
    draw = ImageDraw.Draw(scene)
    for _ in range(int(rng.integers(20, 90))):
        x, y, radius = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(6, 70)
        colours = ((190, 30, 40), (60, 120, 50), (220, 200, 60), (90, 90, 100), (230, 120, 140))
        draw.ellipse((x - radius, y - radius * 0.7, x + radius, y + radius * 0.7), fill=colours[rng.integers(5)])
    soft = scene.filter(ImageFilter.GaussianBlur(float(rng.uniform(1, 4))))
    noise = rng.normal(0, 6, (h, w, 3))
    return Image.fromarray(np.clip(np.asarray(soft, np.float32) + noise, 0, 255).astype(np.uint8))


def draw_spreadsheet(rng: np.random.Generator, family: str) -> Image.Image:
    """Return a screenshot of a table with some red cells and headings."""
    w, h = 1366, 768
    sheet = Image.new("RGB", (w, h), (255, 255, 255))
    draw = ImageDraw.Draw(sheet)
    heads = ("STT", "XÃ", "MẬT ĐỘ", "DIỆN TÍCH", "SỐ HỘ", "GHI CHÚ", "MẤT", "CÒN")
    for column, head in enumerate(heads):
        x = 60 + column * 160
        draw.text(
            (x + 10, 60), head, RED if rng.random() < 0.6 else (20, 20, 20), load_font(family, 20, 1), anchor="lm"
        )
        for row in range(1, 18):
            draw.rectangle((x, 40 * row, x + 160, 40 * row + 40), outline=(190, 190, 190))
            if row > 1:
                colour = RED if rng.random() < 0.1 else (30, 30, 30)
                draw.text(
                    (x + 10, 40 * row + 20), str(rng.integers(1, 9000)), colour, load_font(family, 18), anchor="lm"
                )
    return sheet


def draw_logo(rng: np.random.Generator, family: str) -> Image.Image:
    """Return a logo of a red shape with a word under it."""
    logo = Image.new("RGB", (700, 700), (255, 255, 255))
    draw = ImageDraw.Draw(logo)
    draw.regular_polygon((350, 290, 200), int(rng.integers(3, 9)), fill=RED)
    words = ("MẬT VIỆT", "MẪU", "TỐI ƯU", "NHÀ MẪU", "MAI")[rng.integers(5)]
    draw_fitting(draw, words, (350, 590), 500, 110, family, RED)
    return logo
