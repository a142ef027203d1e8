"""How a table is to be tagged."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Asked:
    """What the native code is told beside a table. Columns are given by their positions: names may
    occur twice."""

    #: The column of the title, if there is one.
    title: int | None
    #: The columns of the text.
    text: list[int]
    #: The column of the employer's name, if there is one.
    employer: int | None = None
    #: What the names of the tag columns start with; the taxonomy's name if not given.
    prefix: str | None = None
    #: Threads that tag; all cores if not given.
    threads: int | None = None

    @property
    def columns(self) -> list[int]:
        """The columns that are read, each once."""
        columns = (self.title, *self.text, self.employer)
        return list(dict.fromkeys(n for n in columns if n is not None))

    def of_columns(self) -> Asked:
        """Returns the same for a table that has the columns that are read, and no others."""
        place = {column: n for n, column in enumerate(self.columns)}
        title = None if self.title is None else place[self.title]
        employer = None if self.employer is None else place[self.employer]
        text = [place[column] for column in self.text]
        return replace(self, title=title, text=text, employer=employer)
