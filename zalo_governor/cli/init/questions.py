"""The questions of `zalo-governor init`: who, where and which, of somebody who is no programmer."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from zalo_governor.cli.prompts import Asking
from zalo_governor.config import PersonSettings, Settings, SmtpSettings
from zalo_governor.domain.people import Member, Role
from zalo_governor.setup.choices import ROLE_NAMES, ChosenGroup, Holder, office_of
from zalo_governor.setup.member_search import find
from zalo_governor.zalo.api.groups import OwnGroup

_NEEDED = frozenset({Role.LEADER, Role.ADMIN})
_ONE = frozenset({Role.LEADER})
_LATER = "-"
_MOST_SHOWN = 20


class Conversation:
    """What is asked, with what the settings say now offered as the answer."""

    def __init__(self, asking: Asking, settings: Settings, *, first: bool) -> None:
        self._asking = asking
        self._settings = settings
        self._first = first
        self._named: dict[str, Holder] = {}
        """uid -> who was given a role already: name and title are asked for once."""

    def office(self) -> dict[str, str]:
        """Province, unit, desk, place, signer."""
        self._head("Cơ quan dùng Nhóm")
        now, ask = self._settings.office, self._asking.text
        province = ask("Tỉnh, thành phố (ví dụ: tỉnh Lai Châu)", "" if self._first else now.province, _filled)
        usual = office_of(province)
        unit = ask("Cơ quan chủ quản", usual["unit"] if self._first else now.unit, _filled)
        desk = ask("Cơ quan của Quản trị nhóm, đơn vị lập báo cáo", now.desk, _filled)
        place = ask("Địa danh ghi trên báo cáo", usual["place"] if self._first else now.place, _filled)
        signer = ask("Chức vụ người ký báo cáo", now.signer, _filled)
        return {"province": province, "unit": unit, "desk": desk, "place": place, "signer": signer}

    def regulation(self, now: Mapping[str, str], issuer: str) -> dict[str, str]:
        """Number, day and issuer of the regulation; `now` is what the office's file says, `issuer` whose it may be."""
        self._head("Quy chế của Nhóm")
        ask = self._asking.text
        number = ask("Số quyết định ban hành Quy chế", now.get("number", ""), _filled)
        issued = ask("Ngày ban hành (năm-tháng-ngày)", now.get("issued", ""), _is_date)
        maker = ask("Cơ quan ban hành", issuer if self._first else now.get("issuer", ""), _filled)
        return {"number": number, "issued": issued, "issuer": maker}

    def groups(self, there: Sequence[OwnGroup]) -> list[ChosenGroup]:
        """Of the groups in which the account is."""
        self._head("Nhóm được theo dõi")
        watched = {group.id for group in self._settings.groups}
        default = [place for place, group in enumerate(there) if group.id in watched]
        if not default and len(there) == 1:
            self._asking.say("  Tài khoản chỉ ở trong một Nhóm.")
            default = [0]
        while True:
            lines = [f"{group.name or '(không tên)'} ({group.members} thành viên)" for group in there]
            places = self._asking.several("Số của Nhóm, nhiều Nhóm thì cách nhau dấu phẩy", lines, default)
            if places:
                return [ChosenGroup(there[place].id, there[place].name) for place in places]
            self._asking.say("  Cần chọn ít nhất một Nhóm.")

    def holders(self, members: Sequence[Member]) -> dict[Role, list[Holder]]:
        """Who holds which role."""
        self._head("Những người có vai trò theo Quy chế")
        self._asking.say("Gõ một phần họ tên, không cần dấu; Hệ thống liệt kê những người khớp để chọn theo số.")
        chosen: dict[Role, list[Holder]] = {}
        for role, name in ROLE_NAMES.items():
            kept = self._kept(role, name)
            if kept:
                continue
            chosen[role] = self._asked(role, name, members)
        return chosen

    def alarm(self) -> dict[str, Any]:
        """How the operators are told that the bot hears nothing."""
        self._head("Báo cho cán bộ kỹ thuật khi Hệ thống không nghe được Zalo")
        now = self._settings.alarm
        kinds = ["Thư điện tử, qua máy chủ thư của cơ quan", "Địa chỉ web nhận thông báo (webhook)", "Không báo"]
        default = 0 if now.smtp else 1 if now.webhook else 2
        match self._asking.one("Số", kinds, default):
            case 0:
                return {"smtp": self._smtp(), "webhook": None}
            case 1:
                address = self._asking.text("Địa chỉ (https://…)", now.webhook or "", _is_address)
                return {"smtp": None, "webhook": address}
            case _:
                self._asking.say("  Khi mất kết nối sẽ không ai được báo, ngoài dòng trong nhật ký.")
                return {"smtp": None, "webhook": None}

    def _smtp(self) -> dict[str, Any]:
        now, ask = self._settings.alarm.smtp, self._asking.text
        host = ask("Máy chủ thư", now.host if now else "", _filled)
        port = ask("Cổng", str(now.port if now else 587), _is_port)
        starttls = self._asking.yes("Mã hóa bằng STARTTLS?", default=now.starttls if now else True)
        user = ask("Tên đăng nhập, để trống nếu không cần", (now.user or "") if now else "")
        sender = ask("Địa chỉ gửi", now.sender if now else "", _is_mail)
        recipients = ask("Người nhận, cách nhau dấu phẩy", ", ".join(now.recipients) if now else "", _is_mail)
        given: dict[str, Any] = {"host": host, "port": int(port), "starttls": starttls}
        if user:
            given["user"] = user
            self._asking.say(
                "  Mật khẩu không ghi vào tệp: đặt trong biến môi trường ZALO_GOVERNOR_ALARM__SMTP__PASSWORD."
            )
        given |= {"sender": sender, "recipients": [one.strip() for one in recipients.split(",")]}
        SmtpSettings.model_validate(given)
        return given

    def _kept(self, role: Role, name: str) -> bool:
        """Whether those who hold the role keep it."""
        now = [person for person in self._settings.people if role in person.roles]
        if not now:
            return False
        return self._asking.yes(f"{name} hiện là {_listed(now)}. Giữ nguyên?", default=True)

    def _asked(self, role: Role, name: str, members: Sequence[Member]) -> list[Holder]:
        found: list[Holder] = []
        while True:
            self._asking.say()
            typed = self._asking.text(f"{name}{_enter_alone(role, found)}")
            if typed == _LATER or (not typed and (found or role not in _NEEDED)):
                return found
            if not typed:
                self._asking.say(f"  Cần có {name}; gõ {_LATER} nếu chưa khai được bây giờ.")
                continue
            member = self._one_of(find(members, typed).members, typed)
            if member is None:
                continue
            if member.uid in {holder.uid for holder in found}:
                self._asking.say("  Đã chọn người này.")
                continue
            found.append(self._named_holder(member))
            if role in _ONE:
                return found

    def _one_of(self, found: Sequence[Member], typed: str) -> Member | None:
        """Never without asking: a name does not say who it is."""
        if not found:
            self._asking.say(f"  Không thấy thành viên nào tên {typed!r}. Tên hiển thị có thể viết khác.")
            return None
        if len(found) > _MOST_SHOWN:
            self._asking.say(f"  Có {len(found)} người khớp, đề nghị gõ rõ hơn.")
            return None
        place = self._asking.one("Số (Enter: tìm lại)", [member.display_name or member.uid for member in found])
        return None if place is None else found[place]

    def _named_holder(self, member: Member) -> Holder:
        if member.uid not in self._named:
            read = Holder(member.uid, member.global_id, member.display_name)
            full_name = self._asking.text("  Họ và tên", read.written_name, _filled)
            title = self._asking.text("  Chức vụ", read.written_title)
            self._named[member.uid] = read._replace(full_name=full_name, title=title)
        return self._named[member.uid]

    def _head(self, title: str) -> None:
        self._asking.say()
        self._asking.say(f"── {title}")


def _enter_alone(role: Role, found: Sequence[Holder]) -> str:
    """What Enter means, where it is an answer."""
    if found:
        return ", người tiếp theo (Enter: đủ)"
    return "" if role in _NEEDED else " (Enter: không có ai)"


def _listed(people: Sequence[PersonSettings]) -> str:
    return ", ".join(person.full_name for person in people)


def _filled(answer: str) -> str | None:
    return None if answer else "Mục này không để trống được."


def _is_date(answer: str) -> str | None:
    try:
        date.fromisoformat(answer)
    except ValueError:
        return "Đề nghị ghi theo dạng năm-tháng-ngày, ví dụ 2019-08-09."
    return None


def _is_port(answer: str) -> str | None:
    return None if answer.isdecimal() and 1 <= int(answer) <= 65535 else "Cổng là một số từ 1 đến 65535."


def _is_address(answer: str) -> str | None:
    return None if re.match(r"https?://\S+$", answer) else "Địa chỉ bắt đầu bằng https:// hoặc http://."


def _is_mail(answer: str) -> str | None:
    each = [one.strip() for one in answer.split(",")]
    return None if all(re.fullmatch(r"[^\s@]+@[^\s@]+", one) for one in each) else "Đề nghị ghi dạng ten@co-quan.vn."
