"""Commands `/bang` (a link into the panel) and `/thoatbang` (log out of it everywhere)."""

from zalo_governor.domain.panel import LINK_LASTS, PANEL_ROLES, SESSION_LASTS
from zalo_governor.features.panel.access import end_sessions, issue_link
from zalo_governor.messaging.commands import Answer, BareCommand, Call
from zalo_governor.messaging.formatter import number
from zalo_governor.messaging.templates import TextId


class OpenPanel(BareCommand):
    """Command `/bang` (panel): send a link that opens the panel in a browser of the office's network, once."""

    word = "bang"
    aliases = ("panel",)
    usage = TextId("usage_panel")
    in_help = False
    roles = PANEL_ROLES

    def answer(self, call: Call, argument: bool) -> Answer:
        """Return the link, or that the panel is not switched on in the settings (`argument` is unused)."""
        panel = self.policy.panel
        if not panel.enabled:
            return self.say(call, TextId("panel_off"), "off")
        link = issue_link(call.uow, panel.base, call.person.id, self.policy.clock(), by="chat")
        lasts = {"minutes": self.voice.lasted(LINK_LASTS), "hours": self.voice.lasted(SESSION_LASTS)}
        return self.say(call, TextId("panel_link"), link=link, **lasts)


class LeavePanel(BareCommand):
    """Command `/thoatbang` (leave the panel): end all sessions of the person, in whatever browser."""

    word = "thoatbang"
    usage = TextId("usage_leave_panel")
    in_help = False
    roles = PANEL_ROLES

    def answer(self, call: Call, argument: bool) -> Answer:
        """End the person's sessions and say how many there were (`argument` is unused)."""
        count = end_sessions(call.uow, call.person.id, self.policy.clock())
        return self.say(call, TextId("panel_left"), count=number(count))
