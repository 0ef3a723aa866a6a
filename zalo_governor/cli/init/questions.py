"""The questions that `zalo-governor init` asks on the terminal, worded for people who are not programmers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from zalo_governor.cli.prompts import Asking
from zalo_governor.config.groups import PersonSettings
from zalo_governor.config.sections import SmtpSettings
from zalo_governor.config.settings import Settings
from zalo_governor.domain.clock import local, system_clock
from zalo_governor.domain.people import EVERYWHERE, Member, Role
from zalo_governor.messaging.typed_dates import parse_day
from zalo_governor.setup.choices import OVERSEER_NAME, ROLE_NAMES, ChosenGroup, Holder, office_of
from zalo_governor.setup.member_search import find
from zalo_governor.text.alphabet import has_marks
from zalo_governor.zalo.api.groups import OwnGroup

_REQUIRED_ROLES = frozenset({Role.LEADER, Role.ADMIN})
_SINGLE_HOLDER_ROLES = frozenset({Role.LEADER})
_OTHER_LEADERS = "Lãnh đạo khác có quyền chỉ đạo trên Nhóm"
"""How the role LEADERSHIP is asked for; the leader, named before, gets it as well."""
_SKIP_ANSWER = "-"
_MAX_SHOWN = 20


class Section(StrEnum):
    """Groups of questions, in the order in which they are asked; the operator can answer each anew at the end."""

    GROUPS = "groups"
    PEOPLE = "people"
    OFFICE = "office"
    REGULATION = "regulation"
    ALARM = "alarm"
    PANEL = "panel"


class Conversation:
    """Asks the operator the questions of `init` on the terminal; the defaults are the values of the present settings.

    `first` means that there are no settings yet: the first run in this installation.
    """

    def __init__(self, asking: Asking, settings: Settings, *, first: bool) -> None:
        self._asking = asking
        self._settings = settings
        self._first = first
        self._named_holders: dict[str, Holder] = {}
        """uid -> person who already got a role, so that name and title of a person are asked only once."""

    def office(self) -> dict[str, str]:
        """Ask about the public body that uses the bot, as named in reports; return the settings section `office`.

        Keys: province, unit (superior body), desk (the admins' agency) and its abbreviation, place (place name), signer
        (job title), signer_name.
        """
        self._begin(Section.OFFICE, "Cơ quan dùng Nhóm")
        now, ask = self._settings.office, self._asking.text
        province = ask("Tỉnh, thành phố (ví dụ: tỉnh Lai Châu)", "" if self._first else now.province, _check_marked)
        usual = office_of(province)
        unit = ask("Cơ quan chủ quản", usual["unit"] if self._first else now.unit, _check_marked)
        desk = ask("Cơ quan lập báo cáo (của Quản trị Nhóm)", now.desk, _check_filled)
        abbreviation = self._optional("Chữ viết tắt của cơ quan này trong số văn bản, ví dụ SKHCN", now.abbreviation)
        place = ask("Địa danh ghi trên báo cáo", usual["place"] if self._first else now.place, _check_filled)
        signer = ask("Chức vụ người ký báo cáo", now.signer, _check_filled)
        signer_name = self._optional("Họ và tên người ký", now.signer_name)
        return {
            "province": province,
            "unit": unit,
            "desk": desk,
            "abbreviation": abbreviation,
            "place": place,
            "signer": signer,
            "signer_name": signer_name,
        }

    def regulation(self, now: Mapping[str, str], issuer: str) -> dict[str, str]:
        """Ask for the regulation against which messages are checked; return its "number", "issued" (date) and "issuer".

        `now` has the office's present values, used as defaults; the default issuer is `issuer` where it has none.
        Number and date that are not in `now` have no default: those of the shipped sample are another office's.
        """
        self._begin(Section.REGULATION, "Quy chế của Nhóm")
        ask = self._asking.text
        number = ask(
            "Số quyết định ban hành Quy chế, cả ký hiệu, ví dụ 01/QĐ-UBND", now.get("number", ""), _check_number
        )
        before = parse_day(now.get("issued", ""))
        answer = ask("Ngày ban hành (ngày/tháng/năm)", f"{before:%d/%m/%Y}" if before else "", _check_date)
        issued = f"{parse_day(answer):%Y-%m-%d}"
        maker = ask("Cơ quan ban hành", now.get("issuer") or issuer, _check_marked)
        return {"number": number, "issued": issued, "issuer": maker}

    def groups(self, there: Sequence[OwnGroup]) -> list[ChosenGroup]:
        """Ask which Zalo groups to watch, among those of the bot account (`there`); at least one must be chosen."""
        self._begin(Section.GROUPS, "Nhóm được theo dõi")
        watched = {group.id for group in self._settings.groups}
        default = [place for place, group in enumerate(there) if group.id in watched]
        if not default and len(there) == 1:
            self._asking.say("  Tài khoản này chỉ tham gia một Nhóm.")
            default = [0]
        while True:
            lines = [f"{group.name or '(không tên)'} ({group.members} thành viên)" for group in there]
            places = self._asking.several("Chọn Nhóm theo số (nhiều Nhóm thì cách nhau bằng dấu phẩy)", lines, default)
            if places:
                return [ChosenGroup(there[place].id, there[place].name) for place in places]
            self._asking.say("  Cần chọn ít nhất một Nhóm.")

    def holders(self, members: Mapping[ChosenGroup, Sequence[Member]]) -> dict[Role, list[Holder]]:
        """Ask for each role (leader, admin …) which members hold it, for each group; return role -> members.

        A role whose present holders the operator keeps is left out of the result, if there is only one group.
        """
        self._begin(Section.PEOPLE, "Những người có vai trò theo Quy chế")
        self._asking.say("Gõ một phần họ tên, có dấu hoặc không dấu, rồi chọn người theo số trong danh sách hiện ra.")
        people = people_left(self._settings, members)
        if len(members) == 1:
            [of_group] = members.values()
            return {
                role: self._ask_holders(role, name, of_group)
                for role, name in ROLE_NAMES.items()
                if not self._keeps_holders(role, name, people)
            }
        if people and self._asking.yes(f"Hiện có vai trò: {full_names(people)}. Giữ nguyên tất cả?", default=True):
            return {}
        chosen: dict[Role, list[Holder]] = {role: [] for role in ROLE_NAMES}
        before: tuple[ChosenGroup, dict[Role, list[Holder]]] | None = None
        for group, of_group in members.items():
            self._asking.say()
            self._asking.say(f"── Nhóm {group.name or group.id}")
            same = before and self._asking.yes(f"Những người có vai trò giống Nhóm {before[0].name}?", default=False)
            if before and same:
                asked = before[1]
            else:
                asked = {role: self._ask_holders(role, name, of_group) for role, name in ROLE_NAMES.items()}
            for role, holders in asked.items():
                chosen[role] += [holder._replace(groups=(group.id,)) for holder in holders]
            before = group, asked
        everybody = {member.uid: member for of_group in members.values() for member in of_group}
        chosen[Role.OVERSEER] = self._ask_holders(Role.OVERSEER, OVERSEER_NAME, list(everybody.values()))
        return chosen

    def alarm(self) -> dict[str, Any]:
        """Ask how to alert technical staff when the bot cannot reach Zalo: by mail, by webhook or not at all.

        Return "smtp" and "webhook" of the settings section `alarm`; None for what is not used.
        """
        self._begin(Section.ALARM, "Kênh cảnh báo dự phòng: báo cán bộ kỹ thuật khi Hệ thống mất kết nối với Zalo")
        now = self._settings.alarm
        kinds = [
            "Thư điện tử, qua máy chủ thư của cơ quan",
            "Webhook (địa chỉ của trang nhận thông báo)",
            "Không báo",
        ]
        default = 0 if now.smtp else 1 if now.webhook else 2
        match self._asking.one("Chọn theo số", kinds, default):
            case 0:
                return {"smtp": self._smtp(), "webhook": None}
            case 1:
                address = self._asking.text("Địa chỉ (https://…)", now.webhook or "", _check_address)
                return {"smtp": None, "webhook": address}
            case _:
                self._asking.say(
                    "  Khi Hệ thống mất kết nối với Zalo sẽ không ai được báo; chỉ có một dòng trong nhật ký chạy."
                )
                return {"smtp": None, "webhook": None}

    def panel(self) -> dict[str, Any]:
        """Ask whether to switch on the panel (pages in a browser); return values for the settings section `panel`."""
        self._begin(Section.PANEL, "Bảng điều khiển trên trình duyệt, trong mạng của cơ quan")
        self._asking.say("  Bật rồi thì trước hết chỉ mở trên chính máy này; xem trang docs/bang-dieu-khien.md.")
        return {"enabled": self._asking.yes("Bật bảng điều khiển?", default=self._settings.panel.enabled)}

    def _smtp(self) -> dict[str, Any]:
        now, ask = self._settings.alarm.smtp, self._asking.text
        host = ask("Máy chủ thư", now.host if now else "", _check_filled)
        port = ask("Cổng", str(now.port if now else 587), _check_port)
        starttls = self._asking.yes("Mã hóa bằng STARTTLS?", default=now.starttls if now else True)
        user = ask("Tên đăng nhập máy chủ thư (để trống nếu không cần)", (now.user or "") if now else "")
        sender = ask("Địa chỉ thư của người gửi", now.sender if now else "", _check_mail)
        recipients = ask(
            "Địa chỉ thư của người nhận (nhiều người thì cách nhau bằng dấu phẩy)",
            ", ".join(now.recipients) if now else "",
            _check_mail,
        )
        given: dict[str, Any] = {"host": host, "port": int(port), "starttls": starttls}
        if user:
            given["user"] = user
            self._asking.say(
                "  Mật khẩu hộp thư không hỏi ở đây, mà đặt cho dịch vụ trước khi khởi động: xem trang "
                "docs/van-hanh.md, mục Mật khẩu hộp thư."
            )
        if now and (host, user) != (now.host, now.user or ""):
            given |= {"user": user or None, "password": None}  # Another mailbox has another password.
        given |= {"sender": sender, "recipients": [one.strip() for one in recipients.split(",")]}
        SmtpSettings.model_validate(given)
        return given

    def _keeps_holders(self, role: Role, name: str, people: Sequence[PersonSettings]) -> bool:
        """Ask whether those of `people` who hold the role keep it; return False, without asking, if nobody holds it.

        `name` is the role's Vietnamese name for the question.
        """
        now = [person for person in people if role in person.roles]
        if not now:
            return False
        return self._asking.yes(f"{name}: hiện là {full_names(now)}. Giữ nguyên?", default=True)

    def _ask_holders(self, role: Role, name: str, members: Sequence[Member]) -> list[Holder]:
        found: list[Holder] = []
        while True:
            self._asking.say()
            typed = self._asking.text(
                f"{_OTHER_LEADERS if role is Role.LEADERSHIP else name}{_enter_hint(role, found)}"
            )
            if typed == _SKIP_ANSWER or (not typed and (found or role not in _REQUIRED_ROLES)):
                return found
            if not typed:
                self._asking.say(f"  Cần có {name}; nếu lúc này chưa khai được thì gõ {_SKIP_ANSWER}.")
                continue
            member = self._choose_member(find(members, typed), typed)
            if member is None:
                continue
            if member.uid in {holder.uid for holder in found}:
                self._asking.say("  Người này đã được chọn.")
                continue
            found.append(self._ask_name(member))
            if role in _SINGLE_HOLDER_ROLES:
                return found

    def _choose_member(self, found: Sequence[Member], typed: str) -> Member | None:
        """Let the operator choose one of the members `found` by a typed part of a name; return None if none was chosen.

        Asks even if only one was found, since a name does not identify a person. Returns None without asking if no
        member or more than 20 were found. `typed` is shown to the operator if no member was found.
        """
        if not found:
            self._asking.say(
                f"  Không tìm thấy thành viên nào có tên {typed!r}; tên hiển thị trên Zalo có thể viết khác."
            )
            return None
        if len(found) > _MAX_SHOWN:
            self._asking.say(f"  Có {len(found)} người trùng, đề nghị gõ rõ hơn.")
            return None
        place = self._asking.one(
            "Chọn theo số (Enter: tìm lại)", [member.display_name or member.uid for member in found]
        )
        return None if place is None else found[place]

    def _ask_name(self, member: Member) -> Holder:
        """Ask for name and title; the defaults are those in the settings, else they are read from the display name."""
        if member.uid not in self._named_holders:
            read = Holder(member.uid, member.global_id, member.display_name)
            for person in self._settings.people:
                if person.uid == member.uid or (person.global_id and person.global_id == member.global_id):
                    read = read._replace(full_name=person.full_name, title=person.title or None)
                    break
            full_name = self._asking.text("  Họ và tên", read.written_name, _check_filled)
            title = self._asking.text("  Chức vụ", read.written_title)
            self._named_holders[member.uid] = read._replace(full_name=full_name, title=title)
        return self._named_holders[member.uid]

    def _optional(self, question: str, now: str) -> str:
        """Ask for a text that may stay empty; return it, "" for none. Enter alone keeps the present value `now`."""
        hint = f"gõ {_SKIP_ANSWER} để bỏ trống" if now else "Enter: bỏ trống"
        answer = self._asking.text(f"{question} ({hint})", now)
        return "" if answer == _SKIP_ANSWER else answer

    def _begin(self, section: Section, title: str) -> None:
        self._asking.begin_section(section)
        self._asking.say()
        self._asking.say(f"── {title}")


def _enter_hint(role: Role, found: Sequence[Holder]) -> str:
    """Return the text that tells the operator what pressing Enter means in the question about holders of a role.

    `found` are the holders chosen so far. The result is "" if Enter is no valid answer: the role needs a holder.
    """
    if found:
        return ", người tiếp theo (Enter: không thêm)"
    return "" if role in _REQUIRED_ROLES else " (Enter: không có ai)"


def people_left(settings: Settings, groups: Iterable[ChosenGroup]) -> list[PersonSettings]:
    """Return the people of the settings who keep a role if only `groups` are watched."""
    watched = {EVERYWHERE, *(group.id for group in groups)}
    return [person for person in settings.people if not watched.isdisjoint(settings.grants_of(person))]


def full_names(people: Sequence[PersonSettings]) -> str:
    """Return the full names of people, for a question or a notice."""
    return ", ".join(person.full_name for person in people)


def _check_filled(answer: str) -> str | None:
    return None if answer else "Đề nghị không để trống."


def _check_marked(answer: str) -> str | None:
    """Check the name of a province or a superior body: with a word such as `tỉnh` before it, it has diacritics."""
    marked = "Đề nghị ghi đủ tên và đủ dấu tiếng Việt (ví dụ: tỉnh Gia Lai), vì tên này có trong báo cáo và thông báo."
    return _check_filled(answer) or (None if has_marks(answer) else marked)


def _check_number(answer: str) -> str | None:
    return _check_filled(answer) or ("Đề nghị ghi chữ Đ: QĐ, không phải QD." if "QD" in answer.upper() else None)


def _check_date(answer: str) -> str | None:
    day = parse_day(answer)
    if day is None:
        return "Đề nghị ghi một ngày có trong lịch, dạng ngày/tháng/năm, ví dụ 01/11/2025."
    return "Ngày này chưa đến." if day > local(system_clock()).date() else None


def _check_port(answer: str) -> str | None:
    return None if answer.isdecimal() and 1 <= int(answer) <= 65535 else "Cổng là một số từ 1 đến 65535."


def _check_address(answer: str) -> str | None:
    return None if re.match(r"https?://\S+$", answer) else "Địa chỉ phải bắt đầu bằng https:// hoặc http://."


def _check_mail(answer: str) -> str | None:
    each = [one.strip() for one in answer.split(",")]
    return None if all(re.fullmatch(r"[^\s@]+@[^\s@]+", one) for one in each) else "Đề nghị ghi dạng ten@co-quan.vn."
