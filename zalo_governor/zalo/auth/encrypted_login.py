"""The encrypted form of Zalo's login call getLoginInfo, which newer clients of Zalo Web use.

Parameters and answer are encrypted with a key that client and server each derive from two ids in the call. The steps
are those of zca-js 2.2.0 (zalo-protocol.md, 2.3).
"""

import base64
import binascii
import hashlib
import json
import secrets
from urllib.parse import unquote

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from zalo_governor.domain.inbound import RawDict
from zalo_governor.zalo.errors import LoginRefusedError

_ZCID_KEY = b"3FC4F0D2AB50057BCE0D90D9187A22B1"
_ZERO_IV = bytes(16)


class EncryptedLogin:
    """One call of Zalo's encrypted login (getLoginInfo): `query` holds the parameters to send, `read` decrypts answers.

    `imei` is the browser id; `client_type` and `client_version` say which type and version of Zalo Web to present.
    """

    def __init__(self, *, imei: str, client_type: int, client_version: int, now_ms: int) -> None:
        zcid = _encrypt(f"{client_type},{imei},{now_ms}".encode(), _ZCID_KEY).hex().upper()
        zcid_ext = secrets.token_hex(5)
        self._key = _derive_key(zcid, zcid_ext)
        asked = {"computer_name": "Web", "imei": imei, "language": "vi", "ts": now_ms}
        sealed = base64.b64encode(_encrypt(json.dumps(asked, separators=(",", ":")).encode(), self._key)).decode()
        signed = {
            "zcid": zcid,
            "zcid_ext": zcid_ext,
            "enc_ver": "v2",
            "params": sealed,
            "type": str(client_type),
            "client_version": str(client_version),
        }
        self.query = signed | {
            "signkey": _sign("getlogininfo", signed),
            "nretry": "0",
            "zpw_ver": str(client_version),
            "zpw_type": str(client_type),
        }

    def read(self, data: object) -> RawDict:
        """Decrypt the field `data` of Zalo's answer; return the JSON object in it: {error_code, error_message, data}.

        Raises:
            LoginRefusedError: the field cannot be decrypted with the key of this call.
        """
        try:
            plain = _decrypt(base64.b64decode(unquote(str(data)), validate=True), self._key)
            answer = json.loads(plain)
        except (ValueError, binascii.Error):
            answer = None
        if not isinstance(answer, dict):
            raise LoginRefusedError(0, "không đọc được câu trả lời của lần đăng nhập mã hóa")
        return answer


def _derive_key(zcid: str, zcid_ext: str) -> bytes:
    """Derive the login call's AES-256 key from `zcid` and `zcid_ext`, two client ids that are sent with the call.

    The key is 32 ASCII characters, used as bytes.
    """
    digest = hashlib.md5(zcid_ext.encode(), usedforsecurity=False).hexdigest().upper()
    return (digest[::2][:8] + zcid[::2][:12] + zcid[1::2][::-1][:12]).encode()


def _sign(call: str, values: dict[str, str]) -> str:
    text = "zsecure" + call + "".join(values[name] for name in sorted(values))
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _encrypt(plain: bytes, key: bytes) -> bytes:
    padder = PKCS7(128).padder()
    encryptor = Cipher(AES(key), CBC(_ZERO_IV)).encryptor()
    return encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()


def _decrypt(sealed: bytes, key: bytes) -> bytes:
    decryptor = Cipher(AES(key), CBC(_ZERO_IV)).decryptor()
    unpadder = PKCS7(128).unpadder()
    return unpadder.update(decryptor.update(sealed) + decryptor.finalize()) + unpadder.finalize()
