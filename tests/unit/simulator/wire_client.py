"""A client that speaks Zalo's wire, written against the protocol alone and not against the simulator's code."""

import base64
import gzip
import hashlib
import json
import zlib
from contextlib import ExitStack
from typing import Any
from urllib.parse import unquote

import requests
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from websockets.sync.client import ClientConnection, connect

GROUP = "8000000000000000001"
BOT = "7000000000000000001"
MEMBER = "7000000000000000002"


def cbc_encrypt(text: bytes, key: bytes) -> bytes:
    padding = 16 - len(text) % 16
    encryptor = Cipher(AES(key), CBC(bytes(16))).encryptor()
    return encryptor.update(text + bytes([padding]) * padding) + encryptor.finalize()


def cbc_decrypt(text: bytes, key: bytes) -> bytes:
    decryptor = Cipher(AES(key), CBC(bytes(16))).decryptor()
    padded = decryptor.update(text) + decryptor.finalize()
    return padded[: -padded[-1]]


def encrypted_login(url: str, signed_for: str = "getlogininfo") -> tuple[dict[str, Any], dict[str, Any]]:
    """The login as zca-js does it: the outer answer, and the inner one decrypted under the login key."""
    zcid = cbc_encrypt(b"30,some-imei,1700000000000", b"3FC4F0D2AB50057BCE0D90D9187A22B1").hex().upper()
    zcid_ext = "a1b2c3d4"
    mark = hashlib.md5(zcid_ext.encode(), usedforsecurity=False).hexdigest().upper()
    key = (mark[::2][:8] + zcid[::2][:12] + zcid[1::2][::-1][:12]).encode()
    params = base64.b64encode(cbc_encrypt(b'{"computer_name":"Web","imei":"some-imei"}', key)).decode()
    query = {
        "zcid": zcid, "zcid_ext": zcid_ext, "enc_ver": "v2", "params": params, "type": "30", "client_version": "685",
    }  # fmt: skip
    signed = f"zsecure{signed_for}" + "".join(query[name] for name in sorted(query))
    query["signkey"] = hashlib.md5(signed.encode(), usedforsecurity=False).hexdigest()
    cookies = {"zpw_sek": "any"}
    outer = requests.get(f"{url}/api/login/getLoginInfo", params=query, cookies=cookies, timeout=60).json()
    inner = cbc_decrypt(base64.b64decode(outer["data"]), key) if outer["data"] else b"null"
    return outer, json.loads(inner)


class WireClient:
    """One session."""

    def __init__(self, url: str, cookie: str = "any") -> None:
        self.url = url
        self.cookies = {"zpw_sek": cookie}
        login = requests.get(f"{url}/api/login/getLoginInfo", cookies=self.cookies, timeout=60).json()
        self.login = login["data"]
        self.key = base64.b64decode(login["data"]["zpw_enk"])

    def call(self, method: str, path: str, **params: Any) -> Any:
        """The inner answer: {error_code, error_message, data}."""
        answer = self.outer(method, path, **params)
        assert answer["error_code"] == 0, answer
        return json.loads(cbc_decrypt(base64.b64decode(answer["data"]), self.key))

    def outer(self, method: str, path: str, **params: Any) -> Any:
        """The outer answer."""
        return self.response(method, path, **params).json()

    def response(self, method: str, path: str, **params: Any) -> requests.Response:
        text = base64.b64encode(cbc_encrypt(json.dumps(params).encode(), self.key)).decode()
        place = "params" if method == "GET" else "data"
        more: dict[str, Any] = {place: {"params": text}}
        return requests.request(method, self.url + path, cookies=self.cookies, timeout=10, **more)

    def listen(self) -> "Ear":
        """An open socket, its key frame read."""
        return Ear(self.login["zpw_ws"][0], self.cookies["zpw_sek"])


class Ear:
    """A socket and the frames that come."""

    def __init__(self, url: str, cookie: str) -> None:
        self._open = ExitStack()
        headers = {"Cookie": f"zpw_sek={cookie}"}
        self.socket: ClientConnection = self._open.enter_context(
            connect(url, additional_headers=headers, compression=None, proxy=None)
        )
        cmd, sub, body = self.raw()
        assert (cmd, sub) == (1, 1)
        self.key = base64.b64decode(body["key"])
        self.key_frame = body

    def raw(self) -> tuple[int, int, Any]:
        """cmd, sub command and the JSON of the next frame."""
        message = self.socket.recv(timeout=60)
        assert isinstance(message, bytes)
        assert message[0] == 1
        return int.from_bytes(message[1:3], "little"), message[3], json.loads(message[4:])

    def next(self) -> tuple[int, int, Any]:
        """cmd, sub command and the decoded data of the next data frame."""
        cmd, sub, body = self.raw()
        payload = self.decoded(body)
        assert payload["error_code"] == 0
        return cmd, sub, payload["data"]

    def decoded(self, body: Any) -> Any:
        if body["encrypt"] == 0:
            return json.loads(body["data"])
        packed = base64.b64decode(unquote(body["data"]))
        if body["encrypt"] in {2, 3}:
            packed = AESGCM(self.key).decrypt(packed[:16], packed[32:], packed[16:32])
        return json.loads(_inflated(packed))

    def say(self, cmd: int, sub: int, body: bytes) -> None:
        self.socket.send(b"\x01" + cmd.to_bytes(2, "little") + bytes([sub]) + body)

    def close(self) -> None:
        self._open.close()


def _inflated(packed: bytes) -> bytes:
    if packed[:2] == b"\x1f\x8b":
        return gzip.decompress(packed)
    return packed if packed[:1] == b"{" else zlib.decompress(packed)
