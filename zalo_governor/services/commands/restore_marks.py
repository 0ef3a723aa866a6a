"""/themdau: a sentence without marks comes back with them, as a question."""

from datetime import date

from zalo_governor.services.commands.base import Answer, Call, Command
from zalo_governor.services.messaging.message_ids import MessageId


class AddMarks(Command[str]):
    """/themdau <câu>"""

    word = "themdau"
    usage = MessageId.USAGE_ADD_MARKS
    forgiving = True
    roles = None

    def understand(self, rest: str, today: date) -> str | None:
        """The sentence; there has to be one."""
        return rest.strip() or None

    def answer(self, call: Call, argument: str) -> Answer:
        """The likeliest sentences; nothing of them is kept."""
        sentences = self.policy.with_marks(argument)
        if sentences[0] == argument:
            return Answer([self.voice.render_for(call.person, MessageId.MARKS_NONE)], "nothing")
        rows = "\n".join(self.voice.render(MessageId.MARKS_ROW, sentence=sentence) for sentence in sentences)
        return Answer([self.voice.render_for(call.person, MessageId.MARKS, rows=rows)])
