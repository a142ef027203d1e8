"""rolecall in DuckDB.

>>> import duckdb, rolecall.duckdb
>>> con = duckdb.connect()
>>> rolecall.duckdb.register(con)
>>> con.sql("SELECT rolecall_role('EHR Trainer', 'Teach nurses in class.')").fetchall()
[('trainer',)]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import pyarrow
from duckdb import func, sqltypes

from rolecall._asked import Asked
from rolecall._classifier import Classifier
from rolecall._duckdb import Relation, beside
from rolecall._rolecall import TAG_COLUMNS

__all__ = ["NUMBER", "TEXT", "Relation", "beside", "register", "tag"]

TEXT = sqltypes.VARCHAR
NUMBER = sqltypes.DOUBLE


def register(
    connection: duckdb.DuckDBPyConnection,
    classifier: Classifier | None = None,
    *,
    name: str = "rolecall",
    threads: int | None = 1,
) -> None:
    """Registers two scalar functions of a title and a text.

    ``rolecall_role(title, text)`` is the role's id or ``none``. ``rolecall_tag(title, text)`` is a
    struct of all tag columns, without their prefix: ``role``, ``tier``, ``confidence``, ``scope``,
    ``closest_role``, ``score``, ``second_role``, ``second_score``, ``evidence``, ``basis``. A NULL
    is an empty text. The functions are told no employer; ``tag`` of a relation is.

    Args:
        connection: The connection that gets the functions.
        classifier: ONC's roles if not given.
        name: What the names of the functions start with.
        threads: Threads that tag the 2,048 rows that DuckDB gives at once.
    """
    native = (classifier or Classifier())._native
    asked = Asked(0, [1], None, "tag", threads)

    def tags(title: Any, text: Any) -> pyarrow.Table:
        read = pyarrow.table([title, text], names=["title", "text"])
        return pyarrow.table(native.tags(read, asked))

    def role(title: Any, text: Any) -> Any:
        return tags(title, text).column(0)

    def tag(title: Any, text: Any) -> Any:
        tagged = tags(title, text)
        names = [column.removeprefix("tag_") for column in tagged.column_names]
        return tagged.rename_columns(names).to_struct_array()

    members = {name: NUMBER if is_number else TEXT for name, is_number in TAG_COLUMNS}
    struct = duckdb.struct_type(members)
    _create(connection, f"{name}_role", role, TEXT)
    _create(connection, f"{name}_tag", tag, struct)


def _create(
    connection: duckdb.DuckDBPyConnection, name: str, function: Callable[..., Any], kind: Any
) -> None:
    connection.create_function(
        name, function, [TEXT, TEXT], kind, type=func.ARROW, null_handling=func.SPECIAL
    )


def tag(
    relation: duckdb.DuckDBPyRelation,
    title: str | None = None,
    text: str | Sequence[str] | None = None,
    *,
    employer: str | None = None,
    connection: duckdb.DuckDBPyConnection | None = None,
    classifier: Classifier | None = None,
    prefix: str | None = None,
    threads: int | None = None,
) -> duckdb.DuckDBPyRelation:
    """Tags a relation, as ``Classifier.tag`` does, and returns a relation of the same connection.

    Args:
        relation: What is tagged. It is run once, and its result is held in memory.
        connection: The connection of the new relation, if it is to be another.
        title, text, employer, prefix, threads: As for ``Classifier.tag``.
        classifier: ONC's roles if not given.
    """
    found = classifier or Classifier()
    adapter = Relation(relation, connection)
    asked = found._asked(adapter.sample, title, text, employer, prefix, threads)
    return adapter.tag(found._native, asked)
