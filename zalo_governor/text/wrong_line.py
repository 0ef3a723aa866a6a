"""The error for a line of a word list that has not the required form."""


class WrongLineError(ValueError):
    """A line of a word list is wrong; the message says in Vietnamese what it should be, `line` is the line itself."""

    def __init__(self, line: str, needed: str) -> None:
        super().__init__(needed)
        self.line = line
