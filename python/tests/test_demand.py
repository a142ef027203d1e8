"""Counts of what was tagged."""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import rolecall
from conftest import SAMPLES

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def said(cli: Run, *arguments: object) -> list[dict[str, str]]:
    return list(csv.DictReader(cli("demand", "-q", *arguments).stdout.splitlines()))


def shown(table: pa.Table) -> list[dict[str, str]]:
    def cell(value: object) -> str:
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        if isinstance(value, float) and "e" in str(value):
            return f"{value:f}"
        return "" if value is None else str(value)

    return [{name: cell(value) for name, value in row.items()} for row in table.to_pylist()]


def test_files_are_counted_as_the_command_line_does(cli: Run, tmp_path: Path) -> None:
    for by in ("role", "role,month", "tier,state"):
        found = rolecall.demand(SAMPLES, by=by.split(","))
        assert shown(found.table) == said(cli, SAMPLES, "--by", by)
        assert found.overview["quality"]["postings"] == 105
    folder = rolecall.demand([SAMPLES, str(SAMPLES)], by="role", corrected=False, dedup=False)
    assert folder.table["corrected"].null_count == len(folder.table)


def test_tables_are_counted_whether_tagged_or_not(
    samples: pa.Table, classifier: rolecall.Classifier
) -> None:
    expected = rolecall.demand(SAMPLES, by=["role", "state"]).table
    for table in (samples, classifier.tag(samples)):
        assert rolecall.demand(table, by=["role", "state"]).table.equals(expected)
    frame = samples.to_pandas()
    counted = rolecall.demand(frame, by=["role", "state"])
    assert isinstance(counted.table, pd.DataFrame)
    assert list(counted.table["postings"]) == expected["postings"].to_pylist()
    polars = rolecall.demand(pl.from_arrow(samples), by=["role", "state"]).table
    assert isinstance(polars, pl.DataFrame) and polars.to_arrow()["postings"] == expected["postings"]
    relation = rolecall.demand(duckdb.from_arrow(samples), by="role").table
    assert isinstance(relation, duckdb.DuckDBPyRelation)
    assert "table" in str(counted.overview["inputs"])
    assert isinstance(rolecall.demand(rolecall.ArrowTable(samples)).table, rolecall.ArrowTable)
    batch = samples.combine_chunks().to_batches()[0]
    assert isinstance(rolecall.demand(batch).table, pa.RecordBatch)
    assert isinstance(rolecall.demand(samples.to_reader()).table, pa.Table)
    mixed = frame.assign(extra=pd.Series([2**100, "x", {1}] * 35, dtype=object))
    assert rolecall.demand(mixed, by=["role", "state"]).table.equals(counted.table)


def test_it_is_shown(samples: pa.Table) -> None:
    strict = rolecall.Classifier(min_confidence=0.5)
    counted = rolecall.demand(samples.to_pandas(), classifier=strict)
    html = counted._repr_html_()
    assert "<table" in html and "<li>Counts are not corrected" in html
    assert len(counted.assumptions) == 1


def test_options(samples: pa.Table) -> None:
    everything = rolecall.demand(samples, by="role", with_none=True, unit="postings", dedup=False)
    assert sum(everything.table["postings"].to_pylist()) == 105
    strict = rolecall.Classifier(min_confidence=0.99)
    few = rolecall.demand(samples, by="tier", classifier=strict)
    assert any("not corrected" in note for note in few.assumptions)
    by_place = rolecall.demand(samples, by="month", columns={"posted": "date_posted"})
    assert by_place.table.num_rows > 1


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"by": "colour"}, "^table: nothing to group by is called `colour`; there are role, tier"),
        ({"by": ""}, "^by: expected a key such as role, state, month or a column"),
        ({"unit": "jobs"}, '^unit: expected postings or ads, found "jobs"'),
        ({"unit": "ads", "dedup": False}, "not known which rows repeat an ad"),
        ({"columns": {"date": "x"}}, "^columns: no field is called `date`; there are title"),
        ({"columns": {"posted": "x"}}, "no column `x`"),
        ({"collected": "yesterday"}, "^collected: `yesterday`"),
    ],
)
def test_what_makes_no_sense(arguments: dict[str, object], problem: str, samples: pa.Table) -> None:
    with pytest.raises(rolecall.RolecallError, match=problem):
        rolecall.demand(samples, **arguments)  # type: ignore[arg-type]


def test_files_that_are_not_there() -> None:
    with pytest.raises(rolecall.RolecallError, match=r"none\.csv: cannot read"):
        rolecall.demand("none.csv")
