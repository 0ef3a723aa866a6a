"""One browser for all requests of a session: hints that say the same as the user agent."""

import pytest

from zalo_governor.zalo.auth.browser import USER_AGENT, browser_headers

CHROME = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36{}"


@pytest.mark.parametrize(
    ("user_agent", "brands", "platform"),
    [
        # As these versions send it.
        (
            CHROME.format("X11; Linux x86_64", 131, ""),
            '"Google Chrome";v="131", "Chromium";v="131", "Not_A Brand";v="24"',
            '"Linux"',
        ),
        (
            CHROME.format("Windows NT 10.0; Win64; x64", 124, ""),
            '"Chromium";v="124", "Google Chrome";v="124", "Not-A.Brand";v="99"',
            '"Windows"',
        ),
        (
            CHROME.format("Macintosh; Intel Mac OS X 10_15_7", 131, " Edg/131.0.0.0"),
            '"Microsoft Edge";v="131", "Chromium";v="131", "Not_A Brand";v="24"',
            '"macOS"',
        ),
    ],
)
def test_the_hints_say_the_same_as_the_user_agent(user_agent: str, brands: str, platform: str) -> None:
    headers = browser_headers(user_agent)
    assert headers["User-Agent"] == user_agent
    assert (headers["sec-ch-ua"], headers["sec-ch-ua-platform"]) == (brands, platform)
    assert headers["sec-ch-ua-mobile"] == "?0"


def test_a_browser_that_sends_no_hints_gets_none() -> None:
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    assert set(browser_headers(firefox)) == {"User-Agent", "Accept-Language"}


def test_a_new_session_has_hints() -> None:
    assert '"Linux"' in browser_headers(USER_AGENT)["sec-ch-ua-platform"]
