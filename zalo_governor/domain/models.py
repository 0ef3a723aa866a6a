"""Base classes of the program's immutable values, which pydantic checks when they are made."""

from pydantic import BaseModel, ConfigDict


class FrozenModel(BaseModel):
    """Base class of immutable values.

    The check of a class is built at its first use: each of the program's processes uses few of the classes.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)


class StrictModel(FrozenModel):
    """Base class of what people write in files: a key that is no field is an error."""

    model_config = ConfigDict(extra="forbid")
