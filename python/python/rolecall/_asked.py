"""How a table is to be tagged."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """What the native code is told beside a table."""

    #: The column of the title, if there is one.
    title: str | None
    #: The columns of the text.
    text: list[str]
    #: What the names of the tag columns start with; the taxonomy's name if not given.
    prefix: str | None = None
    #: Threads that tag; all cores if not given.
    threads: int | None = None

    def columns_of(self, names: list[str]) -> list[int]:
        """Returns the positions of the columns that are read; of two with a name, the first."""
        read = dict.fromkeys(name for name in (self.title, *self.text) if name is not None)
        return [names.index(name) for name in read]
