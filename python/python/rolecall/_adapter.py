"""What a table of any kind must be able to do."""

from __future__ import annotations

from typing import Any, Protocol

from rolecall._asked import Asked
from rolecall._rolecall import ArrowTable, NativeClassifier

#: Rows that are looked at to find the columns, as the command line does.
SAMPLE_ROWS = 300


class Adapter(Protocol):
    """A table of some kind."""

    @property
    def sample(self) -> object:
        """The first rows, as Arrow data."""

    def tag(self, native: NativeClassifier, asked: Asked) -> Any:
        """Returns a table of the same kind with the tags."""

    def arrow(self) -> object:
        """The table as Arrow data."""

    def of_kind(self, table: ArrowTable) -> Any:
        """Makes a table of this kind of another."""
