"""Tables of PyArrow."""

from __future__ import annotations

from typing import Any

import pyarrow

from rolecall._adapter import SAMPLE_ROWS
from rolecall._asked import Asked
from rolecall._rolecall import ArrowTable, NativeClassifier


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
        names = self._table.column_names
        read = self._table.select(asked.columns)
        tags = pyarrow.table(native.tags(read, asked.of_columns(), names))
        tagged = self._table
        for field, column in zip(tags.schema, tags.columns, strict=True):
            tagged = tagged.append_column(field, column)
        return tagged

    def of_kind(self, table: ArrowTable) -> Any:
        return pyarrow.table(table)


class PyarrowBatch(PyarrowTable):
    """A ``pyarrow.RecordBatch``."""

    def __init__(self, batch: Any) -> None:
        super().__init__(pyarrow.Table.from_batches([batch]))

    def tag(self, native: NativeClassifier, asked: Asked) -> Any:
        return _one_batch(super().tag(native, asked))

    def of_kind(self, table: ArrowTable) -> Any:
        return _one_batch(super().of_kind(table))


def _one_batch(table: Any) -> Any:
    """Makes a batch of a table; a column of one chunk is not copied."""
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
        first, reader = self._first, self._reader

        def batches() -> Any:
            yield from first
            first.clear()
            yield from reader

        return pyarrow.RecordBatchReader.from_batches(reader.schema, batches())

    def tag(self, native: NativeClassifier, asked: Asked) -> Any:
        stream = native.tagged_stream(self.arrow(), asked)
        return pyarrow.RecordBatchReader.from_stream(stream)

    def of_kind(self, table: ArrowTable) -> Any:
        return pyarrow.table(table)
