"""What is particular to each kind of table: its first rows, its texts as Arrow data, more columns.

No library of tables is imported here unless a table of it is given.
"""

from __future__ import annotations

import sys
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


def adapt(table: object) -> Adapter:
    """Finds out what kind of table an object is."""
    if (polars := sys.modules.get("polars")) is not None:
        if isinstance(table, polars.DataFrame):
            return PolarsFrame(table)
        if isinstance(table, polars.LazyFrame):
            raise TypeError(
                "expected a table, found a polars.LazyFrame; collect it, or use rolecall.polars.tag"
            )
        if isinstance(table, polars.Series):
            raise TypeError("expected a table, found a polars.Series; make one of it by to_frame()")
    if (pyarrow := sys.modules.get("pyarrow")) is not None:
        if isinstance(table, pyarrow.Table):
            return PyarrowTable(table)
        if isinstance(table, pyarrow.RecordBatch):
            return PyarrowBatch(table)
        if isinstance(table, pyarrow.RecordBatchReader):
            return PyarrowReader(table)
    if (pandas := sys.modules.get("pandas")) is not None:
        if isinstance(table, pandas.DataFrame):
            from rolecall._pandas import PandasFrame

            return PandasFrame(table)
        if isinstance(table, pandas.Series):
            raise TypeError("expected a table, found a pandas.Series; make one of it by to_frame()")
    if (duckdb := sys.modules.get("duckdb")) is not None and isinstance(
        table, duckdb.DuckDBPyRelation
    ):
        from rolecall.duckdb import Relation

        return Relation(table, None)
    return Capsule(ArrowTable(table))


class Capsule:
    """Any Arrow data."""

    def __init__(self, table: ArrowTable) -> None:
        self._table = table

    @property
    def sample(self) -> object:
        return self._table.head(SAMPLE_ROWS)

    def arrow(self) -> object:
        return self._table

    def tag(self, native: NativeClassifier, asked: Asked) -> ArrowTable:
        return native.tagged(self._table, asked)

    def of_kind(self, table: ArrowTable) -> ArrowTable:
        return table


class PolarsFrame:
    """A ``polars.DataFrame``."""

    def __init__(self, frame: Any) -> None:
        self._frame = frame

    @property
    def sample(self) -> object:
        return exportable(self._frame.head(SAMPLE_ROWS))

    def arrow(self) -> object:
        return exportable(self._frame)

    def tag(self, native: NativeClassifier, asked: Asked) -> Any:
        import polars

        names = self._frame.columns
        read = exportable(self._frame.select([names[n] for n in asked.columns]))
        tags = native.tags(read, asked.of_columns(), names)
        return self._frame.hstack(polars.DataFrame(tags))

    def of_kind(self, table: ArrowTable) -> Any:
        import polars

        return polars.DataFrame(table)


def exportable(frame: Any) -> Any:
    """Casts columns of types of which Polars gives no Arrow data that others read; lists of nothing
    become nulls."""
    import polars

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


class PyarrowTable:
    """A ``pyarrow.Table``."""

    def __init__(self, table: Any) -> None:
        self._table = table

    @property
    def sample(self) -> object:
        return self._table.slice(0, SAMPLE_ROWS)

    def arrow(self) -> object:
        return self._table

    def tag(self, native: NativeClassifier, asked: Asked) -> Any:
        import pyarrow

        names = self._table.column_names
        read = self._table.select(asked.columns)
        tags = pyarrow.table(native.tags(read, asked.of_columns(), names))
        tagged = self._table
        for field, column in zip(tags.schema, tags.columns, strict=True):
            tagged = tagged.append_column(field, column)
        return tagged

    def of_kind(self, table: ArrowTable) -> Any:
        import pyarrow

        return pyarrow.table(table)


class PyarrowBatch(PyarrowTable):
    """A ``pyarrow.RecordBatch``."""

    def __init__(self, batch: Any) -> None:
        import pyarrow

        super().__init__(pyarrow.Table.from_batches([batch]))

    def tag(self, native: NativeClassifier, asked: Asked) -> Any:
        return _one_batch(super().tag(native, asked))

    def of_kind(self, table: ArrowTable) -> Any:
        return _one_batch(super().of_kind(table))


def _one_batch(table: Any) -> Any:
    """Makes a batch of a table; a column of one chunk is not copied."""
    import pyarrow

    one = [
        column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
        for column in table.columns
    ]
    return pyarrow.RecordBatch.from_arrays(one, schema=table.schema)


class PyarrowReader:
    """A ``pyarrow.RecordBatchReader``, which can be read once: the first batches are put back."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self._first: list[Any] = []

    @property
    def sample(self) -> object:
        import pyarrow

        rows = 0
        while rows < SAMPLE_ROWS:
            try:
                batch = self._reader.read_next_batch()
            except StopIteration:
                break
            self._first.append(batch)
            rows += batch.num_rows
        first = pyarrow.Table.from_batches(self._first, self._reader.schema)
        return first.slice(0, SAMPLE_ROWS)

    def arrow(self) -> object:
        import pyarrow

        first, reader = self._first, self._reader

        def batches() -> Any:
            yield from first
            first.clear()
            yield from reader

        return pyarrow.RecordBatchReader.from_batches(reader.schema, batches())

    def tag(self, native: NativeClassifier, asked: Asked) -> Any:
        import pyarrow

        stream = native.tagged_stream(self.arrow(), asked)
        return pyarrow.RecordBatchReader.from_stream(stream)

    def of_kind(self, table: ArrowTable) -> Any:
        import pyarrow

        return pyarrow.table(table)
