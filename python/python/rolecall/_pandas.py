"""Tables of pandas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas
import pyarrow

from rolecall._adapter import SAMPLE_ROWS
from rolecall._asked import Asked
from rolecall._rolecall import ArrowTable, NativeClassifier, RolecallError

#: Rows whose strings are converted at once, where they are not Arrow data already.
CONVERTED_ROWS = 512


class PandasFrame:
    """A ``pandas.DataFrame``. Labels of columns that are no strings go by how they are shown."""

    def __init__(self, frame: pandas.DataFrame) -> None:
        self._frame = frame
        self._names = [str(label) for label in frame.columns]

    @property
    def sample(self) -> object:
        return self._shown(self._frame.iloc[:SAMPLE_ROWS])

    def arrow(self) -> object:
        return self._shown(self._frame)

    def of_kind(self, table: ArrowTable) -> pandas.DataFrame:
        frame: pandas.DataFrame = pyarrow.table(table).to_pandas()
        return frame

    def _shown(self, frame: pandas.DataFrame) -> pyarrow.Table:
        arrays = [_shown(frame.iloc[:, n]) for n in range(frame.shape[1])]
        return pyarrow.Table.from_arrays(arrays, names=self._names)

    def tag(self, native: NativeClassifier, asked: Asked) -> pandas.DataFrame:
        texts_of = _Texts(self._frame, self._names, asked)
        # A column of several levels is found, and replaced, by its first.
        first_levels = map(str, self._frame.columns.get_level_values(0))
        try:
            tags = native.tags(
                texts_of.reader(), asked.of_columns(), [*self._names, *first_levels]
            )
        except RolecallError:
            if texts_of.failure is not None:
                raise texts_of.failure from None
            raise
        columns: Any = pyarrow.table(tags).to_pandas()
        # What a subclass or a program has put on the frame stays on it.
        tagged = self._frame.copy(deep=False)
        others = [""] * (self._frame.columns.nlevels - 1)
        for name in columns:
            tagged[(name, *others) if others else name] = columns[name].array
        return tagged


class _Texts:
    """Columns of a frame as Arrow data, made as they are asked for."""

    def __init__(self, frame: pandas.DataFrame, names: list[str], asked: Asked) -> None:
        columns = {n: frame.iloc[:, n] for n in asked.columns}
        # Nobody may have said that the column of employers is one: whatever is in it can be shown.
        n = asked.employer
        if n is not None and n not in (asked.title, *asked.text) and columns[n].dtype == object:
            columns[n] = columns[n].map(lambda cell: None if _is_null(cell) else str(cell))
        self._columns = [(names[n], column) for n, column in columns.items()]
        self._rows = len(frame)
        self.failure: RolecallError | None = None

    def reader(self) -> pyarrow.RecordBatchReader:
        schema = pyarrow.schema([(name, _type(column)) for name, column in self._columns])
        return pyarrow.RecordBatchReader.from_batches(schema, self._batches(schema))

    def _batches(self, schema: pyarrow.Schema) -> Iterator[pyarrow.RecordBatch]:
        for start in range(0, self._rows, CONVERTED_ROWS):
            arrays = []
            for (name, column), kind in zip(self._columns, schema.types, strict=True):
                rows = column.iloc[start : start + CONVERTED_ROWS]
                try:
                    arrays.append(_array(rows, kind))
                except (pyarrow.ArrowException, UnicodeError, TypeError) as error:
                    # The stream would keep no more of it than its words.
                    end = start + len(rows) - 1
                    self.failure = RolecallError(f"column `{name}`, rows {start} to {end}: {error}")
                    raise
            yield pyarrow.RecordBatch.from_arrays(arrays, schema=schema)


def _type(column: pandas.Series[Any]) -> pyarrow.DataType:
    """Objects are strings, or an error will say that they are not."""
    if column.dtype == object:
        return pyarrow.large_string()
    kind: pyarrow.DataType = pyarrow.array(column.iloc[:0], from_pandas=True).type
    return kind


def _array(rows: pandas.Series[Any], kind: pyarrow.DataType) -> pyarrow.Array:
    if rows.dtype == object:
        try:
            return pyarrow.array(rows, type=kind, from_pandas=True)
        except pyarrow.ArrowInvalid:
            # Bytes that are no UTF-8, as a file may have them.
            return pyarrow.array(map(_decoded, rows), type=kind, from_pandas=True)
    array: Any = pyarrow.array(rows, from_pandas=True)
    if isinstance(array, pyarrow.ChunkedArray):
        array = array.chunk(0) if array.num_chunks == 1 else array.combine_chunks()
    if isinstance(array, pyarrow.ChunkedArray):
        array = pyarrow.concat_arrays(array.chunks)
    return array if array.type == kind else array.cast(kind)


def _decoded(cell: object) -> object:
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else cell


def _shown(column: pandas.Series[Any]) -> Any:
    """Returns some rows as Arrow data; objects of several types as how they are shown."""
    try:
        return pyarrow.array(column, from_pandas=True)
    except (pyarrow.ArrowException, UnicodeError, TypeError, ValueError, OverflowError):
        shown = [None if _is_null(cell) else str(cell) for cell in column]
        return pyarrow.array([s and s.encode("utf-8", "replace").decode() for s in shown])


def _is_null(cell: object) -> bool:
    null: object = pandas.isna(cell)  # type: ignore[call-overload]
    return null is True
