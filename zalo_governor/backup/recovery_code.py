"""The recovery code: what a person keeps on paper, and what every backup of an installation is encrypted under."""

import secrets
from typing import NamedTuple

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from zalo_governor.domain.errors import GovernorError

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is read as a digit or as another letter."""
_MISREAD = str.maketrans("OIL", "011")
_SECRET_BYTES = 15
_GROUPS = 6
_GROUP = 5
"""Four characters that say something, and one by which a slip shows and is found."""
_PRIME = 31


class RecoveryCodeError(GovernorError):
    """What was typed is no recovery code; the text says which group to look at again."""


class RecoveryCode(NamedTuple):
    """120 random bits. Nobody guesses them, so that no slow derivation is needed."""

    secret: bytes

    @classmethod
    def new(cls) -> "RecoveryCode":
        """A code that nobody has."""
        return cls(secrets.token_bytes(_SECRET_BYTES))

    @classmethod
    def read(cls, text: str) -> "RecoveryCode":
        """The code that somebody typed: small letters, other blanks, and O, I, L for 0, 1, 1 are taken as well.

        Raises:
            RecoveryCodeError: a group is missing or was mistyped.
        """
        typed = "".join(character for character in text.upper().translate(_MISREAD) if character.isalnum())
        if len(typed) != _GROUPS * _GROUP:
            raise RecoveryCodeError(
                f"Mã khôi phục gồm {_GROUPS} nhóm, mỗi nhóm {_GROUP} ký tự; vừa nhập {len(typed)} ký tự. "
                "Đề nghị nhập lại."
            )
        number = 0
        for place in range(_GROUPS):
            group = typed[place * _GROUP : (place + 1) * _GROUP]
            if any(character not in _ALPHABET for character in group) or group[-1] != _check(group[:-1], place):
                raise RecoveryCodeError(f"Nhóm thứ {place + 1} của mã khôi phục không đúng; đề nghị xem lại bản giấy.")
            for character in group[:-1]:
                number = number << 5 | _ALPHABET.index(character)
        return cls(number.to_bytes(_SECRET_BYTES))

    def __str__(self) -> str:
        """As it is printed: `7K3QX-…`, six groups."""
        number = int.from_bytes(self.secret)
        letters = [_ALPHABET[number >> shift & 31] for shift in range(_SECRET_BYTES * 8 - 5, -1, -5)]
        groups = ["".join(letters[start : start + _GROUP - 1]) for start in range(0, len(letters), _GROUP - 1)]
        return "-".join(group + _check(group, place) for place, group in enumerate(groups))

    @property
    def mark(self) -> str:
        """Tells one code from another and says nothing of it: stands on the envelope and in each backup."""
        return f"K-{self._derived(b'mark', b'')[:2].hex().upper()}"

    def file_key(self, salt: bytes) -> bytes:
        """The AES-256 key of the one backup that has this salt (32 random bytes)."""
        return self._derived(b"file", salt)

    def _derived(self, purpose: bytes, salt: bytes) -> bytes:
        info = b"zalo-governor/backup/" + purpose
        return HKDF(algorithm=SHA256(), length=32, salt=salt or None, info=info).derive(self.secret)


def _check(group: str, place: int) -> str:
    """Every single slip and every swap of neighbours changes it, and so does a group in another's place."""
    total = place + sum((weight + 2) * _ALPHABET.index(character) for weight, character in enumerate(group))
    return _ALPHABET[total % _PRIME]
