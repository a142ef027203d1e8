"""Finds out what kind of table an object is.

No library of tables is imported here unless a table of it is given.
"""

from __future__ import annotations

import sys

from rolecall._adapter import SAMPLE_ROWS, Adapter
from rolecall._asked import Asked
from rolecall._rolecall import ArrowTable, NativeClassifier


def adapt(table: object) -> Adapter:
    """Finds out what kind of table an object is."""
    if (polars := sys.modules.get("polars")) is not None:
        if isinstance(table, polars.DataFrame):
            from rolecall._polars import PolarsFrame

            return PolarsFrame(table)
        if isinstance(table, polars.LazyFrame):
            raise TypeError(
                "expected a table, found a polars.LazyFrame; collect it, or use rolecall.polars.tag"
            )
        if isinstance(table, polars.Series):
            raise TypeError("expected a table, found a polars.Series; make one of it by to_frame()")
    if (pyarrow := sys.modules.get("pyarrow")) is not None:
        from rolecall._pyarrow import PyarrowBatch, PyarrowReader, PyarrowTable

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
        from rolecall._duckdb import Relation

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
