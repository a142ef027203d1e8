"""Python and the command line write the same tags, to the byte: the 105 samples always, 20,000 real
postings where they are."""

from __future__ import annotations

from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import rolecall
import rolecall.duckdb
import rolecall.polars
from conftest import TAGS, assert_same

Same = tuple[pa.Table, pa.Table, list[list[str]]]


def test_pyarrow(same: Same, classifier: rolecall.Classifier) -> None:
    tagged = classifier.tag(same[0])
    assert tagged.column_names == same[0].column_names + TAGS
    assert_same(tagged, same)


def test_pyarrow_reader(same: Same, classifier: rolecall.Classifier) -> None:
    reader = same[0].to_reader(max_chunksize=1500)
    assert_same(classifier.tag(reader).read_all(), same)


@pytest.mark.parametrize("dtype", ["str", "object", "large"])
def test_pandas(same: Same, classifier: rolecall.Classifier, dtype: str) -> None:
    kinds: dict[str, Any] = {
        "str": {},
        "object": {},
        "large": {"types_mapper": pd.ArrowDtype},
    }
    frame = same[0].to_pandas(**kinds[dtype])
    if dtype == "object":
        frame = frame.astype(object)
    tagged = classifier.tag(frame)
    assert list(tagged.columns) == [*frame.columns, *TAGS]
    assert_same(pa.Table.from_pandas(tagged, preserve_index=False), same)


def test_polars(same: Same, classifier: rolecall.Classifier) -> None:
    assert_same(classifier.tag(pl.from_arrow(same[0])).to_arrow(), same)


def test_polars_expression(same: Same, classifier: rolecall.Classifier) -> None:
    frame = pl.from_arrow(same[0])
    assert isinstance(frame, pl.DataFrame)
    title, (text, *_) = classifier.detect(frame)
    tags = rolecall.polars.tag(title, text, employer="company", classifier=classifier)
    found = frame.lazy().select(tags.alias("tag")).unnest("tag").collect()
    assert_same(found.rename(lambda name: f"onc_{name}").to_arrow(), same)


def test_duckdb(same: Same, classifier: rolecall.Classifier) -> None:
    con = duckdb.connect()
    con.register("postings", same[0])
    # A number tells the order, which DuckDB does not promise.
    postings = con.sql("SELECT row_number() OVER () AS n, * FROM postings")
    tagged = rolecall.duckdb.tag(postings, connection=con, classifier=classifier)
    assert_same(tagged.order("n").to_arrow_table(), same)


def test_duckdb_function(same: Same, classifier: rolecall.Classifier) -> None:
    con = duckdb.connect()
    rolecall.duckdb.register(con, classifier)
    title, (text, *_) = classifier.detect(same[0])
    con.register("postings", same[0].append_column("n", pa.array(range(same[0].num_rows))))
    found = con.sql(f"SELECT n, unnest(rolecall_tag({title}, {text})) FROM postings ORDER BY n")
    names = {name: f"onc_{name}" for name in found.columns}
    tagged = found.to_arrow_table().rename_columns(names)
    # The function is told no employer.
    expected = classifier.tag(same[0], employer="-")
    assert tagged.select(TAGS).equals(expected.select(TAGS).cast(tagged.select(TAGS).schema))


def test_any_arrow_data(same: Same, classifier: rolecall.Classifier) -> None:
    class Producer:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return same[0].__arrow_c_stream__(requested_schema)

    tagged = classifier.tag(Producer())
    assert isinstance(tagged, rolecall.ArrowTable)
    assert_same(pa.table(tagged), same)


def test_one_batch_of_any_arrow_data(same: Same, classifier: rolecall.Classifier) -> None:
    class Producer:
        def __arrow_c_array__(self, requested_schema: object = None) -> object:
            return same[0].combine_chunks().to_batches()[0].__arrow_c_array__(requested_schema)

    tagged = classifier.tag(Producer())
    assert isinstance(tagged, rolecall.ArrowTable)
    assert_same(pa.table(tagged), same)
