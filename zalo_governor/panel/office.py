"""What all pages share: the installation's database and configuration, its commands, the check for state secrets."""

import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from subprocess import PIPE
from time import monotonic
from typing import Any, NamedTuple

from zalo_governor.app.attachments import FileCheck, antivirus_at
from zalo_governor.app.configuration import Configuration
from zalo_governor.app.context import AppContext
from zalo_governor.app.policy import office_policy
from zalo_governor.app.status import with_stored
from zalo_governor.domain.clock import Clock
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.people import Role
from zalo_governor.features.chat.command_book import CommandBook
from zalo_governor.features.registry import COMMANDS
from zalo_governor.messaging.policy import LineStatus, ServicePolicy
from zalo_governor.panel.bot_health import BotHealth
from zalo_governor.panel.drafts import Drafts
from zalo_governor.panel.live import Presence
from zalo_governor.pipeline.secret_gate import SecretGate
from zalo_governor.sandbox.attachments.client import AttachmentScanner, command
from zalo_governor.storage.repositories.message_reader import MessageReader
from zalo_governor.storage.unit_of_work import UnitsOfWork
from zalo_governor.zalo.events.text_fields import posted_text

_SECONDS = 120
_MOST_MEMORY = 2 << 30
_PEOPLE_SECONDS = 5.0


class Words(NamedTuple):
    """Functions that give the Vietnamese words of audit log rows, as `zalo-governor audit` prints them.

    They word an action, a value, the facts of a row; `actions` returns the words of all actions, by action.
    """

    action: Callable[[str], str]
    value: Callable[[object], str]
    facts: Callable[[Mapping[str, Any]], str]
    actions: Callable[[], Mapping[str, str]]


class Office:
    """The installation as the pages see it: `records` are its database and settings, `file` is its settings file.

    Raises:
        ConfigError: the panel is switched off, or the bot has never logged in, so that there is nothing to show.
    """

    def __init__(self, records: AppContext, file: Path, words: Words) -> None:
        if not records.settings.panel.enabled:
            raise ConfigError("panel.enabled: bảng điều khiển đang tắt; hãy đặt true trong governor.yaml rồi chạy lại")
        if not records.account:
            raise ConfigError(
                "cơ sở dữ liệu chưa có tài khoản nào đã đăng nhập; hãy chạy zalo-governor run trước, rồi chạy lại"
            )
        self.records = records
        self.words = words
        self._file = file
        self.account = records.account
        self.clock: Clock = records.clock
        self.database = records.database
        self.units = UnitsOfWork(records.database, self.account)
        self.messages = MessageReader(records.database, self.account)
        settings = records.settings
        self._scanner = AttachmentScanner(command(settings.rules_dir, settings.attachments.seconds))
        self.scan = FileCheck(
            antivirus_at(settings.attachments.antivirus_socket),
            self._scanner.scan,
            lambda: self.records.rulebook.engine,
        )
        self.bot = BotHealth(records.settings.health.url, records.clock)
        self.presence = Presence()
        self.drafts = Drafts()
        self._people_read_at = 0.0
        self._gate = SecretGate(records.rulebook.engine.gate_rules, records.database.keys.mac)
        self.policy: ServicePolicy
        self.book: CommandBook
        self.apply(records.configuration.current)

    def apply(self, configuration: Configuration) -> None:
        """Use this configuration from now on."""
        self.records.configuration.replace(configuration)
        self._scanner.use_command(command(configuration.settings.rules_dir, configuration.settings.attachments.seconds))
        self.policy = office_policy(
            configuration, self.account, clock=self.clock, status=self._status, words_of=self.words_of
        )
        self.book = CommandBook(self.policy, COMMANDS)
        self._gate.apply(configuration.rulebook.engine.gate_rules)

    def roles_for(self, word: str) -> frozenset[Role]:
        """Return the roles that may use the chat command `word`; empty for a command that everybody may use."""
        return self.book.by_word[word].roles or frozenset()

    def is_secret(self, typed: Mapping[str, str]) -> bool:
        """Return whether something that somebody typed may be a state secret, so that it is stored nowhere."""
        return self._gate.look(dict(typed)) is not None

    def words_of(self, group_id: str, key: str) -> str:
        """Return the text of the message with the msgId `key`; "" if it is not, or no longer, stored."""
        return posted_text(self.messages.message(group_id, key) or {})

    def helper(self, *arguments: str, given: bytes = b"") -> bytes:
        """Run `zalo-governor` with these arguments and settings; return what it prints, or its error text if nothing.

        `given` is its standard input, so that a text never touches the disk. The process is ended after 120 seconds.
        """
        command = [sys.executable, "-m", "zalo_governor", *arguments, "--config", str(self._file)]
        with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE) as child:  # noqa: S603 - our own command
            resource.prlimit(child.pid, resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
            try:
                said, wrong = child.communicate(given, _SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                return "Quá lâu chưa xong; đề nghị làm lại khi máy bớt việc.".encode()
        return said or (wrong if b"Traceback" not in wrong else "Chưa làm được; đề nghị xem lại.".encode())

    def look_at_people_anew(self) -> None:
        """Clear the cache of people, at most every 5 seconds: the bot's process may change who holds which role."""
        if monotonic() - self._people_read_at > _PEOPLE_SECONDS:
            self._people_read_at = monotonic()
            self.database.persons.forget()

    def close(self) -> None:
        """End the process that scans files, if one runs."""
        self._scanner.close()

    def _status(self) -> LineStatus:
        return with_stored(self.bot.line(), self.records, self.account)
