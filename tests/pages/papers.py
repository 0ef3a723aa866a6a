"""Administrative papers by the form of Nghị định 30/2020: motto, agency, number, title, body, signature."""

import numpy as np
from PIL import Image, ImageDraw

from tests.pages.fonts import load_font
from tests.pages.stamps import MM

SIZE = (1240, 1754)
"""A4 at 150 dots an inch, in pixels."""

AGENCIES = (
    ("ỦY BAN NHÂN DÂN", "TỈNH MẪU"),
    ("UBND TỈNH MẪU", "SỞ GIẢ ĐỊNH"),
    ("TỈNH ỦY MẪU", "VĂN PHÒNG"),
    ("UBND TỈNH MẪU", "CHI CỤC VÍ DỤ"),
    ("CÔNG AN TỈNH MẪU", "PHÒNG SỐ KHÔNG"),
)
TITLES = (
    ("BÁO CÁO", "Tình hình thực hiện kế hoạch giả định quý III"),
    ("KẾ HOẠCH", "Tổ chức lớp học mẫu cho công chức mới"),
    ("THÔNG BÁO", "Kết luận cuộc họp giao ban tuần giả định"),
    ("TỜ TRÌNH", "Về việc mua sắm bàn ghế cho phòng họp mẫu"),
    ("QUYẾT ĐỊNH", "Ban hành quy chế làm việc của tổ giúp việc"),
)
SENTENCES = (
    "Căn cứ chương trình công tác năm, đơn vị đã giao từng phòng chuẩn bị nội dung và gửi trước ngày mười lăm.",
    "Các xã tiếp tục rà soát đường nội đồng, báo số mét đã làm và số mét còn lại, kèm ảnh chụp nơi thi công.",
    "Mật độ dân cư ở thị trấn cao nên việc thu gom rác cần thêm một chuyến xe vào buổi chiều.",
    "Bộ phận văn thư nhận hồ sơ, ghi sổ, chuyển người xử lý trong ngày và nhắc khi gần hết hạn.",
    "Đề nghị các đồng chí đổi mật khẩu định kỳ và không dùng chung tài khoản của cơ quan.",
    "Kinh phí lấy từ nguồn chi thường xuyên đã giao đầu năm, không phát sinh thêm ngoài dự toán.",
    "Hội nghị thống nhất trồng thêm cây bóng mát dọc đường vào trường và giao đoàn thanh niên chăm sóc.",
    "Người dân góp ý rằng biển chỉ đường còn thiếu ở ngã ba chợ, cần làm xong trước mùa lễ hội.",
    "Số liệu trong phụ lục là số giả định, chỉ để trình bày cách lập bảng và không dùng vào việc khác.",
)
BLACK = (25, 25, 28)


def draw_paper(
    rng: np.random.Generator, family: str, *, letterhead: bool = False, mark: str | None = None
) -> Image.Image:
    """Return a page without stamps.

    Args:
        rng: source of chance.
        family: family of the font.
        letterhead: whether the heading is printed in red with a red line under it.
        mark: word printed in black under the number, as on papers typed with their mark.
    """
    paper = Image.new("RGB", SIZE, tuple(int(v) for v in rng.integers(243, 256, 3)))
    draw = ImageDraw.Draw(paper)
    colour = (190, 20, 30) if letterhead else BLACK
    upper, lower = AGENCIES[rng.integers(len(AGENCIES))]
    left, right = 63 * MM, 145 * MM
    draw.text((left, 22 * MM), upper, colour, load_font(family, 23), anchor="mm")
    draw.text((left, 27.5 * MM), lower, colour, load_font(family, 23, 1), anchor="mm")
    draw.line((left - 60, 31 * MM, left + 60, 31 * MM), fill=colour, width=2)
    draw.text((right, 22 * MM), "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", colour, load_font(family, 21, 1), anchor="mm")
    draw.text((right, 27.5 * MM), "Độc lập - Tự do - Hạnh phúc", colour, load_font(family, 23, 1), anchor="mm")
    draw.line((right - 150, 31 * MM, right + 150, 31 * MM), fill=colour, width=2)
    if letterhead:
        draw.rectangle((20 * MM, 14 * MM, 190 * MM, 14.8 * MM), fill=colour)
    draw.text((left, 35 * MM), f"Số: {rng.integers(1, 400)}/BC-GĐ", BLACK, load_font(family, 23), anchor="mm")
    day, month = rng.integers(1, 29), rng.integers(1, 13)
    date = f"Tỉnh Mẫu, ngày {day} tháng {month} năm 2026"
    draw.text((right, 35 * MM), date, BLACK, load_font(family, 22, 2), anchor="mm")
    if mark:
        place = [(left, 44 * MM), (right + 120, 14 * MM), (left - 60, 14 * MM)][rng.integers(3)]
        draw.text(place, mark, BLACK, load_font(family, 30, 1), anchor="mm")
    title, subject = TITLES[rng.integers(len(TITLES))]
    draw.text((620, 62 * MM), title, BLACK, load_font(family, 30, 1), anchor="mm")
    draw.text((620, 68.5 * MM), subject, BLACK, load_font(family, 25, 1), anchor="mm")
    bottom = draw_body(draw, rng, family, 78 * MM, int(rng.integers(6, 10)))
    if bottom < 225 * MM:
        draw.text((130 * MM, bottom + 70), "TM. ĐƠN VỊ GIẢ ĐỊNH", BLACK, load_font(family, 24, 1), anchor="lm")
        draw.text((138 * MM, bottom + 105), "TRƯỞNG PHÒNG", BLACK, load_font(family, 24, 1), anchor="lm")
        draw.text((138 * MM, bottom + 330), "Nguyễn Văn Mẫu", BLACK, load_font(family, 24, 1), anchor="lm")
        draw.text((30 * MM, bottom + 70), "Nơi nhận:", BLACK, load_font(family, 20, 2), anchor="lm")
        draw.text((30 * MM, bottom + 98), "- Như trên; - Lưu: VT.", BLACK, load_font(family, 19), anchor="lm")
    return paper


def draw_body(draw: ImageDraw.ImageDraw, rng: np.random.Generator, family: str, top: float, paragraphs: int) -> float:
    """Draw paragraphs of invented sentences from `top` (pixels) down and return where they end."""
    font = load_font(family, 24)
    y = top
    for _ in range(paragraphs):
        words = " ".join(rng.choice(SENTENCES, 2, replace=False)).split()
        line, x = "", 40 * MM
        for word in words:
            if draw.textlength(f"{line} {word}", font) > 190 * MM - x:
                draw.text((x, y), line, BLACK, font, anchor="lm")
                line, x, y = word, 30 * MM, y + 38
            else:
                line = f"{line} {word}".strip()
        draw.text((x, y), line, BLACK, font, anchor="lm")
        y += 50
    return y
