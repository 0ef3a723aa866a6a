"""Base classes of the program's immutable values, which pydantic checks when they are made."""

from datetime import time
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


def _as_typed(clock: time) -> time:
    # A number without quotes, 17, would be 17 seconds after midnight, in UTC.
    if clock.tzinfo is not None:
        raise ValueError('phải là giờ và phút trong ngoặc kép, ví dụ "17:00"')
    return clock


TimeOfDay = Annotated[time, AfterValidator(_as_typed)]
"""A time as people write it in files, `"17:00"`, by the clock of Viet Nam."""


class FrozenModel(BaseModel):
    """Base class of immutable values; its validator is built at first use, as each process uses few of the classes."""

    model_config = ConfigDict(frozen=True, defer_build=True)


class StrictModel(FrozenModel):
    """Base class of data that people write in files: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid")
