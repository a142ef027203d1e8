"""Relations of DuckDB."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from uuid import uuid4

import duckdb
import pyarrow

from rolecall._asked import Asked
from rolecall._pyarrow import PyarrowTable
from rolecall._rolecall import ArrowTable, NativeClassifier, RolecallError


class Relation:
    """A relation of DuckDB. It is run once: it may read what can be read only once."""

    def __init__(
        self, relation: duckdb.DuckDBPyRelation, connection: duckdb.DuckDBPyConnection | None
    ) -> None:
        self._relation = relation
        self._connection = connection

    @cached_property
    def _whole(self) -> PyarrowTable:
        return PyarrowTable(self._relation.to_arrow_table())

    @property
    def sample(self) -> object:
        return self._whole.sample

    def arrow(self) -> object:
        return self._whole.arrow()

    def tag(self, native: NativeClassifier, asked: Asked) -> duckdb.DuckDBPyRelation:
        return self._made(self._whole.tag(native, asked))

    def of_kind(self, table: ArrowTable) -> duckdb.DuckDBPyRelation:
        return self._made(self._whole.of_kind(table))

    def _made(self, table: pyarrow.Table) -> duckdb.DuckDBPyRelation:
        if self._connection is not None:
            return self._connection.from_arrow(table)
        return beside(self._relation, table)


def beside(relation: Any, table: pyarrow.Table) -> duckdb.DuckDBPyRelation:
    """Makes a relation of a table on the connection of another relation."""
    # A relation does not tell its connection, but SQL that it runs finds the variables of its caller.
    rolecall_table_beside_a_relation = table
    try:
        made: duckdb.DuckDBPyRelation = relation.query(
            f"rolecall_{uuid4().hex}", "FROM rolecall_table_beside_a_relation"
        )
        return made
    except duckdb.CatalogException:
        raise RolecallError(
            "DuckDB may not read Python's variables (python_enable_replacements is off); "
            "give the connection: rolecall.duckdb.tag(relation, connection=con)"
        ) from None
