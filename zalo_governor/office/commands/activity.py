"""/baocao: the activity report, always in private."""

from datetime import date

from zalo_governor.domain.notices import Purpose
from zalo_governor.office.commands.command import Answer, Call, Command
from zalo_governor.office.commands.parsing import folded
from zalo_governor.office.duties import REPORT_READERS
from zalo_governor.office.messages import Text
from zalo_governor.office.periods import Span, as_period, asked, today
from zalo_governor.office.reporting import compose, render_text


class Report(Command[Span]):
    """/baocao [hôm nay | hôm qua | tuần | tháng | quý | 01/10-31/10]"""

    word = "baocao"
    usage = Text.USAGE_REPORT
    forgiving = True
    roles = frozenset(REPORT_READERS)

    def understand(self, rest: str, today: date) -> Span | None:
        """A period; nothing means today."""
        return asked(folded(rest).rstrip(" ."), today)

    def answer(self, call: Call, argument: Span) -> Answer:
        """One report for each group asked about."""
        policy = self.policy
        if not call.groups:
            return Answer([self.voice.say(Text.NOT_GOVERNED, who=self.voice.who(call.person))])
        if argument.first > today(policy.clock()):
            return Answer([self.voice.say(Text.REPORT_FUTURE, who=self.voice.who(call.person))], "future")
        period = as_period(argument, self.voice)
        reports = [compose(call.unit, group, period, policy.regulation, policy.clock) for group in call.groups]
        return Answer(
            [render_text(report, policy.catalogue, policy.regulation) for report in reports],
            subject=f"{argument.first.isoformat()}/{argument.last.isoformat()}",
            purpose=Purpose.REPORT,
            group_line=self.voice.say(Text.REPORT_SENT, period=period.label),
        )
