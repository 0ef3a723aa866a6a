"""What zlapi only wants to be there takes no memory, and is nobody else's loss."""

import json
import subprocess
import sys
from importlib import import_module

import pytest

from zalo_governor.zalo.http.zlapi_stubs import standing_in

_LOADED = (
    "import sys, zalo_governor.zalo.auth.session; print(sorted({'aiohttp', 'rel', 'websocket'} & set(sys.modules)))"
)
_LATER = f"{_LOADED}; import websocket; print(websocket.WebSocketApp.__name__)"


def test_the_session_loads_no_other_reader_of_sockets() -> None:
    said = subprocess.run([sys.executable, "-c", _LATER], capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["[]", "WebSocketApp"]


def test_what_is_loaded_already_stays_itself() -> None:
    with standing_in("json", "no_such_module"):
        assert sys.modules["json"] is json
        assert not hasattr(import_module("no_such_module"), "dumps")
    assert sys.modules["json"] is json
    with pytest.raises(ModuleNotFoundError):
        import_module("no_such_module")
