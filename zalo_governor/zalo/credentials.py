"""Login credentials of the bot account, as they are stored; imports no code that connects to Zalo."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

SESSION_KEY = "zpw_sek"
"""Name of Zalo's session cookie; without it the other cookies are of no use (zalo-protocol.md, 14.8)."""
_DEFAULT_DOMAIN = ".zalo.me"
"""Domain assumed for a cookie of which only name and value are given."""


def _fits_a_header(text: str) -> str:
    # RFC 6265, 4.1.1; other characters mean that the value was not copied from a browser.
    if not (text.isascii() and text.isprintable()):
        raise ValueError("chỉ gồm chữ không dấu, số và dấu câu; hãy chép lại đúng từ trình duyệt")
    return text


_HeaderText = Annotated[str, AfterValidator(_fits_a_header)]


class Cookie(BaseModel):
    """One cookie in the form in which browsers export cookies; other fields of an export are ignored."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    name: _HeaderText = Field(min_length=1)
    value: _HeaderText = Field(repr=False)
    domain: str = _DEFAULT_DOMAIN
    path: str = "/"

    @field_validator("domain")
    @classmethod
    def _covers_subdomains(cls, domain: str) -> str:
        # Exports write "chat.zalo.me" for a cookie that the browser also gives to wpa.chat.zalo.me.
        return f".{domain.lower().lstrip('.')}" if domain else _DEFAULT_DOMAIN


class Credentials(BaseModel):
    """Credentials of a browser that is logged in to Zalo: its imei (browser id), user agent and cookies.

    Zalo ties the cookies to imei and user agent, so that the three are of use only together.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    imei: str = Field(min_length=1, repr=False)
    user_agent: _HeaderText = Field(min_length=1)
    cookies: tuple[Cookie, ...] = Field(min_length=1, repr=False)
    """Cookies of the session; may also be given as a mapping `{name: value}`."""
    refused_versions: tuple[int, ...] = ()
    """Versions of Zalo Web that Zalo refused when this session logged in."""

    @property
    def have_session_key(self) -> bool:
        """Return whether the session cookie (`zpw_sek`) is among the cookies and is not empty."""
        return any(cookie.name == SESSION_KEY and cookie.value for cookie in self.cookies)

    @field_validator("cookies", mode="before")
    @classmethod
    def _list_of_cookies(cls, given: Any) -> Any:
        if isinstance(given, dict):
            return [{"name": name, "value": value} for name, value in given.items()]
        return given
