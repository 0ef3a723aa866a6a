"""Generate texts from patterns with alternatives [a|b]; the seed is fixed, so the texts are the same each time."""

import math
import random
import re

SEED = 893
_CHOICE = re.compile(r"\[([^\]]+)\]")


def drawn(pattern: str, dice: random.Random, most: int) -> list[str]:
    """Draw up to `most` different texts from a pattern with alternatives [a|b]."""
    ways = math.prod(choice.count("|") + 1 for choice in _CHOICE.findall(pattern))
    draws = [_CHOICE.sub(lambda match: dice.choice(match[1].split("|")), pattern) for _ in range(2 * ways)]
    return list(dict.fromkeys(draws))[:most]
