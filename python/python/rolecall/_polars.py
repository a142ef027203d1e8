"""Tables of Polars."""

from __future__ import annotations

import polars

from rolecall._adapter import SAMPLE_ROWS
from rolecall._asked import Asked
from rolecall._rolecall import ArrowTable, NativeClassifier


class PolarsFrame:
    """A ``polars.DataFrame``."""

    def __init__(self, frame: polars.DataFrame) -> None:
        self._frame = frame

    @property
    def sample(self) -> object:
        return exportable(self._frame.head(SAMPLE_ROWS))

    def arrow(self) -> object:
        return exportable(self._frame)

    def tag(self, native: NativeClassifier, asked: Asked) -> polars.DataFrame:
        names = self._frame.columns
        read = exportable(self._frame.select([names[n] for n in asked.columns]))
        tags = native.tags(read, asked.of_columns(), names)
        return self._frame.hstack(polars.DataFrame(tags))

    def of_kind(self, table: ArrowTable) -> polars.DataFrame:
        return polars.DataFrame(table)


def exportable(frame: polars.DataFrame) -> polars.DataFrame:
    """Casts columns of types of which Polars gives no Arrow data that others read; lists of nothing
    become nulls."""
    names = ("Null", "Int128", "UInt128")
    kinds = [getattr(polars, name) for name in names if hasattr(polars, name)]
    text = polars.String
    columns = []
    for name, kind in frame.schema.items():
        if kind in kinds:
            columns.append(polars.col(name).cast(text))
        elif kind.is_nested() and "Null" in str(kind):
            columns.append(polars.lit(None, text).alias(name))
    return frame.with_columns(columns) if columns else frame
