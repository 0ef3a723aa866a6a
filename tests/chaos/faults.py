"""How each fault is made: a context that begins it, lets people talk on, and ends it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Event, Thread

from tests.chaos.plan import Fault
from tests.chaos.scene import HISTORY, SEND, Scene

CALLS = (
    HISTORY,
    "/api/group/getmg-v2",
    "/api/social/friend/getprofiles/v2",
    "/api/preloadconvers/get-last-msgs",
    "/keepalive",
    "/api/login/getLoginInfo",
)
_FAR_SECONDS = 1_200.0
"""Farther than the run is long, so that each moment of a wrong clock can be told from all others."""


def making(fault: Fault, scene: Scene) -> AbstractContextManager[None]:
    """The fault, to be entered."""
    return _MAKERS[fault](scene)


@contextmanager
def _cut(scene: Scene) -> Iterator[None]:
    with scene.config(handshake=503):
        scene.zalo("abort")
        yield


@contextmanager
def _broken(scene: Scene) -> Iterator[None]:
    scene.zalo("abort")
    yield


@contextmanager
def _closed(scene: Scene, code: int = 1000) -> Iterator[None]:
    scene.zalo("close", code=code)
    yield


@contextmanager
def _half_open(scene: Scene) -> Iterator[None]:
    scene.zalo("mute")
    yield


@contextmanager
def _hang(scene: Scene) -> Iterator[None]:
    """Longer than the bot waits for an answer; and the line breaks, so that it has to ask."""
    with scene.config(hang=dict.fromkeys(CALLS[:-1], scene.timeout + 1.0)):
        scene.zalo("abort")
        yield


@contextmanager
def _server_errors(scene: Scene) -> Iterator[None]:
    with scene.config(status=dict.fromkeys(CALLS, 502) | {SEND: 503}):
        scene.zalo("abort")
        yield


@contextmanager
def _inner_errors(scene: Scene) -> Iterator[None]:
    with scene.config(inner=dict.fromkeys(CALLS[:-2], (221, "too many requests"))):
        scene.zalo("abort")
        yield


@contextmanager
def _lost_answers(scene: Scene) -> Iterator[None]:
    """The bot hears by its echo that each send went well."""
    with scene.config(lose_answer=[SEND]):
        yield


@contextmanager
def _slow_sends(scene: Scene) -> Iterator[None]:
    with scene.config(hang={SEND: 0.3}):
        yield


@contextmanager
def _sends(scene: Scene, **fault: object) -> Iterator[None]:
    with scene.config(**fault):
        yield


@contextmanager
def _cookie_rotated(scene: Scene) -> Iterator[None]:
    old = scene.cookie
    scene.cookie = scene.new_cookie()
    scene.zalo("config", rotate_cookie=scene.cookie)
    yield
    scene.until(lambda: scene.state("config")["rotate_cookie"] is None, "an answer brings the new cookie")
    scene.void(old)


@contextmanager
def _cookie_expired(scene: Scene) -> Iterator[None]:
    """Somebody stops the bot, gives it the session of a new login, and starts it."""
    scene.void(scene.cookie)
    scene.zalo("abort")
    yield
    scene.stop_bot()
    scene.cookie = scene.new_cookie()
    scene.write_session()
    scene.start_bot()


@contextmanager
def _undecodable(scene: Scene) -> Iterator[None]:
    scene.zalo("raw", hex="01ff")
    with scene.config(bad_tag=True):
        yield


@contextmanager
def _zalo_clock(scene: Scene, seconds: float) -> Iterator[None]:
    scene.traffic.clock_error_ms = round(seconds * 1000)
    yield
    scene.traffic.clock_error_ms = 0


@contextmanager
def _bot_clock(scene: Scene, seconds: float) -> Iterator[None]:
    scene.set_clock(seconds)
    yield
    scene.set_clock(0.0)


@contextmanager
def _database_gone(scene: Scene) -> Iterator[None]:
    scene.store.break_connections()
    yield
    scene.store.break_connections()


@contextmanager
def _server_killed(scene: Scene) -> Iterator[None]:
    """Of all offices on it, in whatever each of them is just doing."""
    yield
    scene.store.kill_server()


@contextmanager
def _history_short(scene: Scene) -> Iterator[None]:
    """Of what one group says while the line is cut, Zalo keeps the younger half only, and nothing older.

    Where hardly anything was said, the history stays: emptied, it would leave the bot no way to know that nothing is
    missing, and it would rightly declare a gap in which nothing was lost.
    """
    scene.calm_down()
    group, first = scene.next_short_group(), len(scene.traffic.said)
    with _cut(scene):
        yield
        hidden = [one.key for one in scene.traffic.said[first:] if one.group == group]
        gone = hidden[: len(hidden) // 2]
        if gone:
            scene.zalo("shorten", group_id=group, since=int(hidden[len(gone)]))
            scene.traffic.hide(group, set(gone))
            scene.made[group] += 1


@contextmanager
def _rules_killed(scene: Scene) -> Iterator[None]:
    """As the system does where memory runs short; in half of the time it is just loading its rulebook anew."""
    over = Event()

    def kill() -> None:
        while not over.wait(0.3):
            scene.kill_rules()

    killing = Thread(target=kill)
    killing.start()
    try:
        yield
    finally:
        over.set()
        killing.join()


_MAKERS: dict[Fault, Callable[[Scene], AbstractContextManager[None]]] = {
    Fault.CUT: _cut,
    Fault.BROKEN: _broken,
    Fault.CLOSED: _closed,
    Fault.HALF_OPEN: _half_open,
    Fault.HANG: _hang,
    Fault.SERVER_ERRORS: _server_errors,
    Fault.INNER_ERRORS: _inner_errors,
    Fault.LOST_ANSWERS: _lost_answers,
    Fault.SLOW_SENDS: _slow_sends,
    Fault.SENDS_PUT_OFF: lambda scene: _sends(scene, inner={SEND: (-69, "retry limit")}),
    Fault.SENDS_UNKNOWN: lambda scene: _sends(scene, inner={SEND: (998, "?")}),
    Fault.SENDS_EMPTY: lambda scene: _sends(scene, empty=[SEND]),
    Fault.SENDS_HANG: lambda scene: _sends(scene, hang={SEND: scene.timeout + 1.0}),
    Fault.COOKIE_ROTATED: _cookie_rotated,
    Fault.COOKIE_EXPIRED: _cookie_expired,
    Fault.TAKEN_OVER: lambda scene: _closed(scene, 3000),
    Fault.KICKED: lambda scene: _closed(scene, 3003),
    Fault.UNDECODABLE: _undecodable,
    Fault.ZALO_CLOCK_AHEAD: lambda scene: _zalo_clock(scene, 90.0),
    Fault.ZALO_CLOCK_BEHIND: lambda scene: _zalo_clock(scene, -90.0),
    Fault.BOT_CLOCK_AHEAD: lambda scene: _bot_clock(scene, _FAR_SECONDS),
    Fault.BOT_CLOCK_BEHIND: lambda scene: _bot_clock(scene, -_FAR_SECONDS),
    Fault.DISK_FULL: lambda scene: scene.store.filled(),
    Fault.LOCKED: lambda scene: scene.store.locked(),
    Fault.DATABASE_GONE: _database_gone,
    Fault.SERVER_KILLED: _server_killed,
    Fault.NETWORK_HANGS: lambda scene: scene.store.cut_off(),
    Fault.HISTORY_SHORT: _history_short,
    Fault.RULES_KILLED: _rules_killed,
}
