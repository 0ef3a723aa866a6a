"""Lines drawn from patterns in which [a|b] are alternatives; the seed is fixed: the same are drawn each time."""

import math
import random
import re

SEED = 893
_CHOICE = re.compile(r"\[([^\]]+)\]")


def drawn(pattern: str, dice: random.Random, most: int) -> list[str]:
    """Different lines that the pattern makes, in which [a|b] are alternatives; at most as many as asked for."""
    ways = math.prod(choice.count("|") + 1 for choice in _CHOICE.findall(pattern))
    draws = [_CHOICE.sub(lambda match: dice.choice(match[1].split("|")), pattern) for _ in range(2 * ways)]
    return list(dict.fromkeys(draws))[:most]
