"""The hosts that Zalo's login names are used where they are Zalo's own; ours stand in for what is missing."""

import pytest
from structlog.testing import capture_logs

from zalo_governor.zalo.http.service_hosts import ServiceHosts

SEND = "https://tt-group-wpa.chat.zalo.me/api/group/sendmsg"


@pytest.fixture
def hosts() -> ServiceHosts:
    return ServiceHosts(routed=False)


@pytest.mark.parametrize("given", [None, {}, [], "x", {"group": []}, {"group": [None, 7, ""]}, {"group": {"a": 1}}])
def test_without_a_usable_map_our_hosts_stay(hosts: ServiceHosts, given: object) -> None:
    hosts.learn(given)
    assert hosts.route(SEND) == SEND


def test_a_host_that_the_map_names_is_used_for_all_calls_of_its_service(hosts: ServiceHosts) -> None:
    hosts.learn({"group": ["https://tt-group-9.chat.zalo.me"], "chat": "https://tt-chat7-wpa.chat.zalo.me/"})
    assert hosts.route(SEND) == "https://tt-group-9.chat.zalo.me/api/group/sendmsg"
    for host in ("tt-chat1-wpa", "tt-chat2-wpa"):
        assert hosts.route(f"https://{host}.chat.zalo.me/keepalive") == "https://tt-chat7-wpa.chat.zalo.me/keepalive"
    assert hosts.route("https://tt-files-wpa.chat.zalo.me/api/x") == "https://tt-files-wpa.chat.zalo.me/api/x"
    assert hosts.route("https://wpa.chat.zalo.me/api/login") == "https://wpa.chat.zalo.me/api/login"


@pytest.mark.parametrize(
    "foreign",
    ["https://vidu.vn", "http://tt-group-9.chat.zalo.me", "https://zalo.me.vidu.vn", "https://127.0.0.1:1", "x"],
)
def test_a_foreign_host_in_the_map_is_never_used(hosts: ServiceHosts, foreign: str) -> None:
    hosts.learn({"group": [foreign]})
    assert hosts.route(SEND) == SEND
    hosts.learn({"group": [foreign, "https://tt-group-9.chat.zalo.me"]})
    assert hosts.route(SEND).startswith("https://tt-group-9.chat.zalo.me/")


def test_where_zalo_is_routed_to_this_machine_the_map_may_name_it() -> None:
    hosts = ServiceHosts(routed=True)
    hosts.learn({"group": ["http://127.0.0.1:8900"]})
    assert hosts.route(SEND) == "https://127.0.0.1:8900/api/group/sendmsg"
    hosts.learn({"group": ["https://vidu.vn"]})
    assert hosts.route(SEND) == SEND


def test_differences_are_logged_once(hosts: ServiceHosts) -> None:
    with capture_logs() as logs:
        for _ in range(3):
            hosts.learn({"group": ["https://tt-group-9.chat.zalo.me"], "file": ["https://tt-files-wpa.chat.zalo.me"]})
    [line] = logs
    assert line["count"] == 1
