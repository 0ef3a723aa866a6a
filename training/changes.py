"""Changes to a message that do not change its meaning: greetings, mentions, added signs, line breaks, forwarding.

They are applied before training and in measurements. The functions make no random choices except through their `dice`.
"""

import unicodedata
from collections.abc import Callable
from random import Random

Change = Callable[[str], str]

KINDS: dict[str, tuple[Change, ...]] = {
    "greeting": (
        lambda text: f"Dạ báo cáo các đồng chí, {text}",
        lambda text: f"Kính gửi các đồng chí, {text}",
        lambda text: f"Chào cả nhà, {text}",
        lambda text: f"Alo mọi người ơi {text}",
        lambda text: f"Em chào các anh chị ạ. {text}",
        lambda text: f"Thưa thủ trưởng, {text}",
        lambda text: f"da bao cao anh, {text}",
    ),
    "mention": (
        lambda text: f"@Văn phòng {text}",
        lambda text: f"@All {text}",
        lambda text: f"@Nguyễn Văn An - Chánh Văn phòng {text}",
        lambda text: f"{text} @Lan Anh",
    ),
    "closing": (
        lambda text: f"{text} Trân trọng",
        lambda text: f"{text}. Trân trọng cảm ơn!",
        lambda text: f"{text}\nTrân trọng./.",
        lambda text: f"{text}. Xin cảm ơn các đồng chí",
        lambda text: f"{text} tks",
        lambda text: f"{text}. Đề nghị các đồng chí lãnh đạo báo cáo.",
    ),
    "particle": (
        lambda text: f"{text} ạ",
        lambda text: f"{text} nhé",
        lambda text: f"{text} nha mọi người",
        lambda text: f"{text} nhen",
        lambda text: f"à {text}",
        lambda text: f"{text} ạ!!!",
    ),
    "quotes": (lambda text: f"“{text}”", lambda text: f'"{text}"', lambda text: f"«{text}»", lambda text: f"({text})"),
    "bullet": (
        lambda text: f"- {text}",
        lambda text: f"• {text}",
        lambda text: f"1. {text}",
        lambda text: f"+ {text}",
        lambda text: f"a) {text}",
    ),
    "emoji": (
        lambda text: f"{text} 🙏",
        lambda text: f"📌 {text}",
        lambda text: f"🔴🔴 {text} 🔴",
        lambda text: f"{text}👍👍",
        lambda text: f"❗{text}❗",
    ),
    "capitals": (str.upper, str.lower),
    "dash": (
        lambda text: text.replace(": ", " - "),
        lambda text: text.replace(" - ", ": ").replace(" – ", ": "),
        lambda text: text.replace(" - ", " — "),
        lambda text: text.replace(", ", " - ", 1),
    ),
    "blanks": (
        lambda text: text.replace(" ", "  "),
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: f"   {text}  ",
        lambda text: text.replace(" ", "\t", 2),
    ),
    "line_breaks": (
        lambda text: text.replace(". ", ".\n"),
        lambda text: text.replace(", ", ",\n", 1),
        lambda text: f"\n\n{text}\n",
        lambda text: text.replace("\n", " "),
        lambda text: text.replace(" ", "\n", 1) if len(text) > _SHORT else text,
    ),
    "nfd": (lambda text: unicodedata.normalize("NFD", text),),
    "forwarded": (
        lambda text: f"Fwd: {text}",
        lambda text: f"[Chuyển tiếp] {text}",
        lambda text: f"Tin chuyển tiếp từ Văn phòng:\n{text}",
        lambda text: f"---------- Forwarded message ----------\n{text}",
    ),
}
"""Harmless changes by kind."""


def changed(text: str, dice: Random) -> str:
    """Apply one to three changes of different kinds to the text."""
    for kind in dice.sample(sorted(KINDS), dice.choice((1, 1, 2, 3))):
        text = dice.choice(KINDS[kind])(text)
    return text


_SHORT = 40
