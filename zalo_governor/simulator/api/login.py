"""Endpoints of the login, with which a client gets the key that encrypts all its other API calls."""

import base64
from collections.abc import Callable

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.crypto import (
    ZCID_KEY,
    decrypt,
    envelope,
    login_key,
    read_params,
    sealed_answer,
    sign_key,
)
from zalo_governor.simulator.errors import EnvelopeError
from zalo_governor.simulator.event_bus import EventBus
from zalo_governor.simulator.world import Account

Query = dict[str, str]
PlainEndpoint = Callable[[EventBus, Account, Query, RawDict | None], tuple[RawDict, RawDict]]
"""Type of the functions that answer a login call.

The arguments are the simulation's state, the account of the session cookie, the parameters in the URL, and an error
answer to return instead of the normal answer (None for none). The result is the whole answer and, for the request log,
the call's decrypted parameters.
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
"""Zalo service -> host name without domain, from which the URLs of the services in the login answer are made.

zca-js reads the first URL of each service at its start and fails if one is missing.
"""

_SIGNED = ("client_version", "enc_ver", "params", "type", "zcid", "zcid_ext")
_SERVER_INFO_SIGNED = ("client_version", "computer_name", "imei", "type")
_RETRIES = {"max": 5, "times": [1000, 2000, 5000]}
_CLOSE_CODES = (1000, 1006, 3000, 3003)
_CLOSE_AND_RETRY = [1000]
"""WebSocket close codes after which the server tells zca-js to reconnect.

1006 (connection broken) is missing, as in Zalo's own answer, so zca-js gives up after a broken connection.
"""


def get_login_info(stage: EventBus, account: Account, query: Query, refusal: RawDict | None) -> tuple[RawDict, RawDict]:
    """Answer the API call `getLoginInfo`, which gives a client its uid, encryption key and server addresses.

    The client library zlapi calls it without the parameter `zcid` and gets plain JSON; zca-js calls it with `zcid` and
    encrypted parameters, and gets an answer encrypted under the same key.

    `query` holds the parameters in the URL; `refusal` is an error answer to return instead of the normal one, or None.
    Return the whole answer, and the call's decrypted parameters for the request log.
    """
    info = _login_info(stage, account)
    if "zcid" not in query:
        if stage.faults.plain_login and not refusal:
            refusal = envelope(None, *stage.faults.plain_login)
        return (refusal or envelope(info)), query
    try:
        key = login_key(query["zcid"], query["zcid_ext"])
        decrypt(base64.b64encode(bytes.fromhex(query["zcid"])).decode(), ZCID_KEY)
        asked = read_params(query["params"], key)
        signed = query["signkey"] == sign_key("getlogininfo", {name: query[name] for name in _SIGNED})
    except (EnvelopeError, KeyError, ValueError):
        return envelope(None, 114, "the encrypted login cannot be read"), query
    if not signed:
        return envelope(None, 114, "signkey is wrong"), asked
    if refusal:
        return refusal, asked
    return sealed_answer(info, key), asked


def get_server_info(
    stage: EventBus, account: Account, query: Query, refusal: RawDict | None
) -> tuple[RawDict, RawDict]:
    """Answer the API call `getServerInfo` with limits and timings; only the client library zca-js makes this call.

    Arguments and results are those of `get_login_info`. The misspelled key `setttings` in the answer is Zalo's own.
    """
    expected = sign_key("getserverinfo", {name: query.get(name, "") for name in _SERVER_INFO_SIGNED})
    if query.get("signkey") != expected:
        return envelope(None, 114, "signkey is wrong"), query
    return (refusal or envelope(_server_info())), query


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
        "zpw_service_map_v3": {name: [f"https://{host}.chat.zalo.me"] for name, host in _SERVICES.items()}
        | stage.faults.service_hosts,
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
