"""Counts of what was tagged."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from rolecall._classifier import Classifier
from rolecall._rolecall import ArrowTable, demand_of_files, demand_of_table
from rolecall._tables import adapt

Path: TypeAlias = str | os.PathLike[str]


@dataclass(frozen=True)
class Demand:
    """How many postings, ads and employers there are by role or other keys."""

    #: A group a row: the keys, ``postings``, ``ads``, ``employers``, shares, the count ``corrected``
    #: for the classifier's errors with ``corrected_low`` and ``corrected_high`` (95 %), growth, pay.
    #: A table of the kind that was given; of files and of a ``RecordBatchReader`` a PyArrow table (of
    #: files a ``rolecall.ArrowTable`` where there is no PyArrow).
    table: Any
    #: What is known of the whole: quality, totals, months, states, assumptions.
    overview: dict[str, Any] = field(repr=False)

    @property
    def assumptions(self) -> list[str]:
        """What the figures assume, and do not say."""
        return list(self.overview["assumptions"])

    def _repr_html_(self) -> str:
        """Shows the table in a notebook."""
        from html import escape

        own = getattr(self.table, "_repr_html_", None)
        shown = own() if own is not None else None
        notes = "".join(f"<li>{escape(note)}</li>" for note in self.assumptions)
        return f"{shown or f'<pre>{escape(str(self.table))}</pre>'}<ul>{notes}</ul>"


def demand(
    data: object,
    by: str | Sequence[str] = "role",
    *,
    classifier: Classifier | None = None,
    with_none: bool = False,
    unit: str | None = None,
    corrected: bool = True,
    dedup: bool = True,
    dedup_memory: int = 128,
    prefix: str | None = None,
    collected: str | None = None,
    columns: Mapping[str, str] | None = None,
    threads: int | None = None,
) -> Demand:
    """Counts postings, ads and employers, as ``rolecall demand`` does.

    Args:
        data: A table of any kind that ``Classifier.tag`` takes, or one or several paths of files,
            folders and patterns. What is not tagged yet is tagged on the way. A table is written to
            a temporary file first.
        by: What rows are grouped by: ``role``, ``tier``, ``country``, ``state``, ``region``,
            ``city``, ``month``, ``quarter``, ``year``, ``employer``, ``board``, ``remote``,
            ``title``, ``file``, or the names of columns.
        classifier: ONC's roles if not given.
        with_none: Also count rows that are out of scope.
        unit: What shares and corrected counts are of: ``postings`` or ``ads``; ads, if not given and
            if it is known which rows repeat one.
        corrected: Correct counts for the classifier's errors.
        dedup: Look for rows of the same ad where the data does not say it.
        dedup_memory: Memory for that in MiB.
        prefix: What the names of the tag columns start with; the taxonomy's name if not given.
        collected: The day the data was collected, ``YYYY-MM-DD``: what ``4 days ago`` counts from.
        columns: Overrides columns that are found: ``{"posted": "date", "state": "st"}``.
        threads: Threads that read; all cores if not given. The result does not depend on it.

    Raises:
        RolecallError: If the data can't be read, or there is no such key.
    """
    native = (classifier or Classifier())._native
    asked = {
        "by": [by] if isinstance(by, str) else list(by),
        "with_none": with_none,
        "unit": unit,
        "corrected": corrected,
        "dedup": dedup,
        "dedup_memory": dedup_memory,
        "prefix": prefix,
        "collected": collected,
        "columns": list((columns or {}).items()),
        "threads": threads,
    }
    files = _files(data)
    if files is not None:
        table, overview = demand_of_files(native, files, asked)
        return Demand(_of_pyarrow(table), json.loads(overview)["overview"])
    adapter = adapt(data)
    table, overview = demand_of_table(native, adapter.arrow(), asked)
    return Demand(adapter.of_kind(table), json.loads(overview)["overview"])


def _files(data: object) -> list[str] | None:
    if isinstance(data, (str, os.PathLike)):
        return [os.fspath(data)]
    if isinstance(data, (list, tuple)) and data and isinstance(data[0], (str, os.PathLike)):
        return [os.fspath(path) for path in data]
    return None


def _of_pyarrow(table: ArrowTable) -> Any:
    try:
        import pyarrow
    except ImportError:
        return table
    return pyarrow.table(table)
