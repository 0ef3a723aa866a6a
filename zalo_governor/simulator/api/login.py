"""Login endpoints, which are not encrypted under the session's key."""

import base64
from collections.abc import Callable

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.crypto import (
    ZCID_KEY,
    decrypt,
    encrypt,
    login_key,
    outer,
    read_params,
    sign_key,
    to_json,
)
from zalo_governor.simulator.errors import EnvelopeError
from zalo_governor.simulator.event_bus import EventBus
from zalo_governor.simulator.world import Account

Query = dict[str, str]
PlainEndpoint = Callable[[EventBus, Account, Query, RawDict | None], tuple[RawDict, RawDict]]
"""Function that answers a login call.

Returns the whole answer and the decrypted parameters; its last argument is an outer error to answer with, if any.
"""

_SERVICES = {
    "chat": "tt-chat2-wpa",
    "conversation": "tt-convers-wpa",
    "file": "tt-files-wpa",
    "friend": "tt-friend-wpa",
    "friend_board": "tt-friend-wpa",
    "group": "tt-group-wpa",
    "group_board": "groupboard-wpa",
    "group_cloud_message": "tt-group-cm",
    "group_poll": "tt-group-wpa",
    "profile": "tt-profile-wpa",
    "reaction": "reaction",
    **dict.fromkeys(["aext", "alias", "auto_reply", "catalog", "label", "quick_message", "sticker", "zimsg"], "wpa"),
}
"""Service name -> host name. zca-js reads the first address of each at its start and fails if one is missing."""

_SIGNED = ("client_version", "enc_ver", "params", "type", "zcid", "zcid_ext")
_SERVER_INFO_SIGNED = ("client_version", "computer_name", "imei", "type")
_RETRIES = {"max": 5, "times": [1000, 2000, 5000]}
_CLOSE_CODES = (1000, 1006, 3000, 3003)
_CLOSE_AND_RETRY = [1000]
"""Close codes after which zca-js reconnects; 1006 is missing as at Zalo, so zca-js gives up after an abort."""


def get_login_info(stage: EventBus, account: Account, query: Query, refusal: RawDict | None) -> tuple[RawDict, RawDict]:
    """Answer `getLoginInfo`: plain JSON for zlapi; encrypted under the login key if the query has a `zcid` (zca-js)."""
    info = _login_info(stage, account)
    if "zcid" not in query:
        if stage.faults.plain_login and not refusal:
            refusal = outer(None, *stage.faults.plain_login)
        return (refusal or {**outer(None), "data": info}), query
    try:
        key = login_key(query["zcid"], query["zcid_ext"])
        decrypt(base64.b64encode(bytes.fromhex(query["zcid"])).decode(), ZCID_KEY)
        asked = read_params(query["params"], key)
        signed = query["signkey"] == sign_key("getlogininfo", {name: query[name] for name in _SIGNED})
    except (EnvelopeError, KeyError, ValueError):
        return outer(None, 114, "the encrypted login cannot be read"), query
    if not signed:
        return outer(None, 114, "signkey is wrong"), asked
    if refusal:
        return refusal, asked
    inner = {"error_code": 0, "error_message": "", "data": info}
    return outer(encrypt(to_json(inner), key)), asked


def get_server_info(
    stage: EventBus, account: Account, query: Query, refusal: RawDict | None
) -> tuple[RawDict, RawDict]:
    """Answer `getServerInfo`, which only zca-js calls; Zalo really spells the key `setttings` with three t's."""
    expected = sign_key("getserverinfo", {name: query.get(name, "") for name in _SERVER_INFO_SIGNED})
    if query.get("signkey") != expected:
        return outer(None, 114, "signkey is wrong"), query
    return (refusal or {**outer(None), "data": _server_info()}), query


PLAIN: dict[str, PlainEndpoint] = {
    "/api/login/getLoginInfo": get_login_info,
    "/api/login/getServerInfo": get_server_info,
}


def _login_info(stage: EventBus, account: Account) -> RawDict:
    person = stage.world.person(account.uid)
    return {
        "uid": account.uid,
        "phone_number": person.phone,
        "send2me_id": account.uid,
        "zpw_enk": base64.b64encode(account.secret_key).decode(),
        "zpw_ws": [f"ws://{stage.base_url}/ws/", f"ws://{stage.base_url}/ws/second/"],
        "zpw_service_map_v3": {name: [f"https://{host}.chat.zalo.me"] for name, host in _SERVICES.items()},
        "language": "vi",
        "public_ip": "127.0.0.1",
        "haspcclient": 0,
    }


def _server_info() -> RawDict:
    settings = {
        "features": {
            "sharefile": {
                "max_file": 50,
                "max_size_share_file_v3": 1024,
                "chunk_size_file": 3 * 1024 * 1024,
                "restricted_ext_file": ["exe", "bat"],
            },
            "socket": {
                "ping_interval": 180_000,
                "retries": {str(code): _RETRIES for code in _CLOSE_CODES},
                "close_and_retry_codes": _CLOSE_AND_RETRY,
                "rotate_error_codes": [1006],
            },
        },
        "keepalive": {"alway_keepalive": 1, "keepalive_duration": 300, "time_deactive": 300},
    }
    return {"setttings": settings, "extra_ver": {"phonebook": "0"}}
