"""The recovery code: a secret that people keep on paper, from which the encryption keys of all backups are derived."""

import secrets
from typing import NamedTuple

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from zalo_governor.domain.errors import GovernorError

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""The digits of the code: Crockford's base 32, without letters that look like a digit or another letter."""
_MISREAD = str.maketrans("OIL", "011")
_SECRET_BYTES = 15
_GROUPS = 6
_GROUP_SIZE = 5
"""Characters in each group of a printed code: four of the code, and a check character against typing errors."""
_PRIME = 31


class RecoveryCodeError(GovernorError):
    """The recovery code that somebody typed is not valid; the message names the group of characters to check."""


class RecoveryCode(NamedTuple):
    """The recovery code: a secret kept on paper, from which the encryption key of each backup is derived.

    It has 120 random bits, too many to guess, so a fast key derivation (HKDF) is enough.
    """

    secret: bytes

    @classmethod
    def new(cls) -> "RecoveryCode":
        """Create a random recovery code."""
        return cls(secrets.token_bytes(_SECRET_BYTES))

    @classmethod
    def read(cls, text: str) -> "RecoveryCode":
        """Parse a typed recovery code; lower case, any separators, and the letters O, I, L for 0, 1, 1 are accepted.

        Raises:
            RecoveryCodeError: a group of characters is missing or mistyped.
        """
        typed = "".join(character for character in text.upper().translate(_MISREAD) if character.isalnum())
        if len(typed) != _GROUPS * _GROUP_SIZE:
            raise RecoveryCodeError(
                f"Mã khôi phục gồm {_GROUPS} nhóm, mỗi nhóm {_GROUP_SIZE} ký tự; vừa nhập {len(typed)} ký tự. "
                "Đề nghị nhập lại."
            )
        number = 0
        for place in range(_GROUPS):
            group = typed[place * _GROUP_SIZE : (place + 1) * _GROUP_SIZE]
            if any(character not in _ALPHABET for character in group) or group[-1] != _checksum(group[:-1], place):
                raise RecoveryCodeError(f"Mã khôi phục sai ở nhóm ký tự thứ {place + 1}; đề nghị xem lại bản giấy.")
            for character in group[:-1]:
                number = number << 5 | _ALPHABET.index(character)
        return cls(number.to_bytes(_SECRET_BYTES))

    def __str__(self) -> str:
        """Return the recovery code as it is printed for people: six groups of five characters, `7K3QX-…`."""
        number = int.from_bytes(self.secret)
        letters = [_ALPHABET[number >> shift & 31] for shift in range(_SECRET_BYTES * 8 - 5, -1, -5)]
        groups = [
            "".join(letters[start : start + _GROUP_SIZE - 1]) for start in range(0, len(letters), _GROUP_SIZE - 1)
        ]
        return "-".join(group + _checksum(group, place) for place, group in enumerate(groups))

    @property
    def mark(self) -> str:
        """Return a short public name of the recovery code (`K-1A2B`), which tells people which code opens which backup.

        The name is printed on the envelope of the code and stored in each backup; it discloses nothing of the code.
        """
        return f"K-{self._derive(b'mark', b'')[:2].hex().upper()}"

    def file_key(self, salt: bytes) -> bytes:
        """Derive the AES-256 key of one backup file from the recovery code and that file's salt (32 random bytes)."""
        return self._derive(b"file", salt)

    def _derive(self, purpose: bytes, salt: bytes) -> bytes:
        info = b"zalo-governor/backup/" + purpose
        return HKDF(algorithm=SHA256(), length=32, salt=salt or None, info=info).derive(self.secret)


def _checksum(group: str, place: int) -> str:
    """Return the check character for one group of characters of the recovery code; `place` is the group's index from 0.

    It detects every single wrong character, swap of neighbouring characters and swap of groups.
    """
    total = place + sum((weight + 2) * _ALPHABET.index(character) for weight, character in enumerate(group))
    return _ALPHABET[total % _PRIME]
