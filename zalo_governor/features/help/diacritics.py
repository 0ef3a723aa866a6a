"""Command `/themdau`: restore the diacritics of a Vietnamese sentence typed without them."""

from datetime import date

from zalo_governor.messaging.commands import Answer, Call, Command
from zalo_governor.messaging.templates import TextId


class AddMarks(Command[str]):
    """Command `/themdau <sentence>` (add diacritics): suggest the sentence with Vietnamese diacritics."""

    word = "themdau"
    usage = TextId("usage_add_marks")
    forgiving = True
    roles = None
    takes_group = False

    def understand(self, rest: str, today: date) -> str | None:
        """Return `rest`, the sentence typed after the command's word; None if nothing is typed."""
        return rest.strip() or None

    def answer(self, call: Call, argument: str) -> Answer:
        """Return the likeliest spellings of the typed sentence `argument` with diacritics; nothing of it is stored."""
        sentences = self.policy.with_marks(argument)
        if sentences[0] == argument:
            return self.say(call, TextId("marks_none"), "nothing")
        rows = "\n".join(self.voice.render(TextId("marks_row"), sentence=sentence) for sentence in sentences)
        return self.say(call, TextId("marks"), rows=rows)
