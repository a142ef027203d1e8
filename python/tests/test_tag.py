"""Tables: the same kind comes back, with all that was there."""

from __future__ import annotations

import threading

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import rolecall
import rolecall.duckdb
from conftest import HAS_VIEWS, TAGS
from rolecall._asked import Asked


def test_columns_are_found_by_content(
    few: pa.Table, classifier: rolecall.Classifier
) -> None:
    assert classifier.detect(few) == ("title", ["description"])
    renamed = few.rename_columns([f"c{n}" for n in range(few.num_columns)])
    assert classifier.detect(renamed) == ("c1", ["c6"])
    assert classifier.detect(few, title="-", text=["company", "title"]) == (
        None,
        ["company", "title"],
    )


def test_columns_may_be_said(few: pa.Table, classifier: rolecall.Classifier) -> None:
    both = classifier.tag(few, title="title", text=["description", "company"])
    assert set(both["onc_basis"].to_pylist()) == {"title+text"}
    title_only = classifier.tag(few, text="-")
    assert set(title_only["onc_basis"].to_pylist()) == {"title"}
    assert both["onc_scope"] != title_only["onc_scope"]


def test_a_prefix_and_threads(few: pa.Table, classifier: rolecall.Classifier) -> None:
    tagged = classifier.tag(few, prefix="hit")
    again = classifier.tag(tagged, threads=1)
    assert tagged.column_names[-1] == "hit_basis"
    names = [name.replace("onc_", "hit_") for name in TAGS]
    assert again.select(TAGS).rename_columns(names).equals(tagged.select(names))


def test_pandas_keeps_index_types_and_notes(
    few: pa.Table, classifier: rolecall.Classifier
) -> None:
    frame = few.to_pandas().assign(board=pd.Categorical(["x"] * 12), n=range(12))
    frame.index = pd.Index([7] * 6 + [3] * 6, name="key")
    frame.attrs["source"] = "a board"
    before = frame.copy()
    tagged = classifier.tag(frame)
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(tagged[list(frame.columns)], frame)
    assert tagged.attrs == frame.attrs
    assert tagged["onc_confidence"].dtype == float
    assert isinstance(tagged["onc_role"].iloc[0], str)
    # Labels may be numbers.
    numbered = frame.rename(columns={"title": 0, "description": 1})
    assert list(classifier.tag(numbered, "0", "1")["onc_role"]) == list(tagged["onc_role"])


def test_pandas_categories_bytes_and_gaps(classifier: rolecall.Classifier) -> None:
    frame = pd.DataFrame(
        {
            "title": pd.Categorical(["EHR Trainer", None, "EHR Trainer"]),
            "text": pd.Series([b"Teach nurses.", None, float("nan")], dtype=object),
        }
    )
    assert list(classifier.tag(frame, "title", "text")["onc_basis"]) == [
        "title+text",
        "none",
        "title",
    ]


def test_pyarrow_keeps_metadata_and_kind(
    few: pa.Table, classifier: rolecall.Classifier
) -> None:
    noted = few.replace_schema_metadata({"a": "b"})
    tagged = classifier.tag(noted)
    assert isinstance(tagged, pa.Table) and tagged.schema.metadata == {b"a": b"b"}
    assert tagged.select(few.column_names).equals(few)
    batch = noted.combine_chunks().to_batches()[0]
    tagged_batch = classifier.tag(batch)
    assert isinstance(tagged_batch, pa.RecordBatch) and tagged_batch.schema == tagged.schema
    assert pa.Table.from_batches([tagged_batch]).equals(tagged)
    # A field of tags is never null.
    assert not tagged.schema.field("onc_role").nullable


def test_streams_are_read_as_they_are_asked_for(
    few: pa.Table, classifier: rolecall.Classifier
) -> None:
    read = []

    def batches() -> object:
        for _ in range(40):
            for batch in few.to_batches():
                read.append(batch.num_rows)
                yield batch

    stream = classifier.tag(pa.RecordBatchReader.from_batches(few.schema, batches()))
    assert isinstance(stream, pa.RecordBatchReader)
    asked = sum(read)
    assert 300 <= asked < 480
    assert stream.read_next_batch().num_rows == 12
    assert stream.read_all().num_rows == 480 - 12
    assert sum(read) == 480


@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.large_string(), pa.binary(), pa.large_binary(),
     pa.dictionary(pa.int32(), pa.string()),
     *([pa.string_view(), pa.binary_view()] if HAS_VIEWS else [])],
    ids=str,
)  # fmt: skip
def test_every_type_of_text(
    few: pa.Table, classifier: rolecall.Classifier, kind: pa.DataType
) -> None:
    expected = classifier.tag(few).select(TAGS)
    text = few["description"]
    text = text.dictionary_encode() if pa.types.is_dictionary(kind) else text.cast(kind)
    names = {name: few[name] for name in ("id", "title", "company")}
    table = pa.table({**names, "description": text})
    assert classifier.tag(table, "title", "description").select(TAGS).equals(expected)
    sliced = classifier.tag(table.slice(3, 5), "title", "description").select(TAGS)
    assert sliced.equals(expected.slice(3, 5))


def test_chunks_of_any_size_give_the_same(
    samples: pa.Table, classifier: rolecall.Classifier
) -> None:
    many = pa.concat_tables([samples] * 30)
    expected = classifier.tag(samples).select(TAGS)
    tagged = classifier.tag(many)
    assert tagged.select(TAGS).equals(pa.concat_tables([expected] * 30))
    whole = classifier.tag(many.combine_chunks(), threads=3)
    assert whole.equals(tagged)
    polars = classifier.tag(pl.from_arrow(many, rechunk=False))
    assert len(polars) == many.num_rows
    assert pa.table(classifier.tag(rolecall.ArrowTable(many))).equals(tagged)


def test_duckdb_relations(few: pa.Table, classifier: rolecall.Classifier) -> None:
    relation = duckdb.from_arrow(few)
    tagged = classifier.tag(relation)
    assert isinstance(tagged, duckdb.DuckDBPyRelation)
    assert tagged.columns == [*few.column_names, *TAGS]
    assert len(tagged.fetchall()) == len(tagged.fetchall()) == 12


def test_a_relation_stays_on_its_connection(
    few: pa.Table, classifier: rolecall.Classifier
) -> None:
    con, other = duckdb.connect(), duckdb.connect()
    con.register("few", few)
    relation = con.sql("FROM few")
    tagged = classifier.tag(relation)
    joined = con.sql("SELECT count(*) FROM tagged JOIN relation USING (id)").fetchall()
    assert joined == [(12,)]
    elsewhere = rolecall.duckdb.tag(relation, connection=other)
    assert other.sql("SELECT count(*) FROM elsewhere").fetchall() == [(12,)]
    counted = rolecall.demand(relation).table
    assert con.sql("SELECT count(*) > 0 FROM counted").fetchall() == [(True,)]
    con.execute("SET python_enable_replacements = false")
    with pytest.raises(rolecall.RolecallError, match=r"python_enable_replacements is off\); give"):
        classifier.tag(con.table("few"))
    assert rolecall.duckdb.tag(con.table("few"), connection=con).columns == tagged.columns


def test_polars_frames(few: pa.Table, classifier: rolecall.Classifier) -> None:
    frame = pl.from_arrow(few)
    assert isinstance(frame, pl.DataFrame)
    tagged = classifier.tag(frame.with_columns(pl.col("title").cast(pl.Categorical)))
    assert tagged.columns == [*few.column_names, *TAGS]
    assert tagged["onc_role"].to_list() == classifier.tag(few)["onc_role"].to_pylist()


def test_arrow_tables(few: pa.Table, classifier: rolecall.Classifier) -> None:
    table = rolecall.ArrowTable(few)
    assert len(table) == 12 and table.column_names == few.column_names
    assert repr(table).startswith("<rolecall.ArrowTable: 12 rows, id, title")
    assert pa.table(table).equals(few) and pa.schema(table).equals(few.schema)
    assert len(table.head(5)) == 5
    native = classifier._native
    stream = native.tagged_stream(table, Asked(1, [6]))
    assert pa.schema(stream).names == stream.column_names == [*few.column_names, *TAGS]
    assert pa.RecordBatchReader.from_stream(stream).read_all().num_rows == 12
    with pytest.raises(rolecall.RolecallError, match="the stream has been read already"):
        pa.RecordBatchReader.from_stream(stream)


def test_other_threads_run_meanwhile(samples: pa.Table, classifier: rolecall.Classifier) -> None:
    many = pa.concat_tables([samples] * 200)
    ticks, done = 0, threading.Event()

    def work() -> None:
        classifier.tag(many, threads=1)
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    while not done.wait(0.001):
        ticks += 1
    thread.join()
    # With Python's lock held there would be none but the first.
    assert ticks > 20


AD = "Teach nurses in class, write lesson plans and tip sheets for the record system. " * 5


@pytest.mark.parametrize("kind", ["pyarrow", "pandas", "capsule", "batch"])
def test_columns_of_the_same_name(classifier: rolecall.Classifier, kind: str) -> None:
    names = ["title", "description", "description"]
    table = pa.table([["EHR Trainer"] * 40, pa.nulls(40, pa.string()), [AD] * 40], names=names)
    given: object = {
        "pyarrow": table,
        "pandas": table.to_pandas(),
        "capsule": rolecall.ArrowTable(table),
        "batch": table.to_batches()[0],
    }[kind]
    tagged = classifier.tag(given)
    last = tagged.iloc[:, -1].tolist() if isinstance(tagged, pd.DataFrame) else None
    basis = last or pa.table(tagged).column(12).to_pylist()
    # The second is the one that has texts.
    assert set(basis) == {"title+text"}


def test_a_column_called_like_none(classifier: rolecall.Classifier) -> None:
    table = pa.table({"title": ["EHR Trainer"] * 40, "-": [AD] * 40})
    assert classifier.detect(table) == ("title", ["-"])
    assert set(classifier.tag(table)["onc_basis"].to_pylist()) == {"title+text"}


def test_columns_of_several_levels(classifier: rolecall.Classifier) -> None:
    frame = pd.DataFrame({("job", "title"): ["EHR Trainer"], ("job", "text"): [AD]})
    tagged = classifier.tag(frame, "('job', 'title')", "('job', 'text')")
    assert tagged["onc_role"].tolist() == ["trainer"]
    with pytest.raises(rolecall.RolecallError, match="there is a column `onc_role` already"):
        classifier.tag(tagged, "('job', 'title')", "('job', 'text')")


def test_a_relation_that_can_be_read_once(classifier: rolecall.Classifier) -> None:
    con = duckdb.connect()
    many = pa.table({"title": ["EHR Trainer"] * 5000, "text": [AD] * 5000})
    once = con.from_arrow(many.to_reader(max_chunksize=100))
    tagged = classifier.tag(once, "title", "text")
    assert tagged.aggregate("count(*), count(DISTINCT onc_role)").fetchall() == [(5000, 1)]


@pytest.mark.parametrize(
    "columns",
    [
        pl.DataFrame({"other": [None] * 3}),
        pl.DataFrame({"other": [[], [], []]}),
        pl.DataFrame({"other": pl.Series([1, 2, 3], dtype=getattr(pl, "Int128", pl.Int64))}),
        pd.DataFrame({"other": pd.Series([2**100, 1, "x"], dtype=object)}),
        pd.DataFrame({"other": pd.Series([{1}, [2], None], dtype=object)}),
        pa.table({"other": pa.array([b"\xff", b"a", b""], pa.binary())}),
    ],
    ids=["null", "null lists", "int128", "huge integers", "objects", "bytes"],
)  # fmt: skip
def test_a_column_that_is_not_read_may_hold_anything(
    columns: object, classifier: rolecall.Classifier
) -> None:
    titles, texts = ["EHR Trainer"] * 3, [AD] * 3
    table: object
    if isinstance(columns, pl.DataFrame):
        table = columns.with_columns(title=pl.Series(titles), text=pl.Series(texts))
    elif isinstance(columns, pd.DataFrame):
        table = columns.assign(title=titles, text=texts)
    else:
        assert isinstance(columns, pa.Table)
        table = columns.append_column("title", [titles]).append_column("text", [texts])
    for asked in [("title", "text"), (None, None)]:
        tagged = classifier.tag(table, *asked)
        assert list(tagged["onc_role"]) == ["trainer"] * 3 or tagged["onc_role"].to_pylist() == ["trainer"] * 3  # type: ignore[index]


def test_days_without_end(classifier: rolecall.Classifier) -> None:
    con = duckdb.connect()
    relation = con.sql("SELECT 'EHR Trainer' AS title, 'Teach nurses.' AS text, 'infinity'::date AS d")
    assert classifier.tag(relation).columns[:3] == ["title", "text", "d"]


def test_the_employers_column_counts_and_may_hold_anything(classifier: rolecall.Classifier) -> None:
    title, text = "Desktop Support Analyst", "Answer calls and mend computers."
    names = ["General Hospital", None, "First National Bank"]
    frame = pd.DataFrame({"title": [title] * 3, "description": [text] * 3, "company": names})
    scopes = list(classifier.tag(frame)["onc_scope"])
    alone = [classifier.classify(title, text, employer=name).scope for name in names]
    assert scopes == pytest.approx(alone, abs=5.1e-5)
    # Columns that are only called so, and cells that are no text, are no reason to fail.
    frame["company"] = pd.Series([17, None, {"name": "x"}], dtype=object)
    assert classifier.tag(frame)["onc_scope"].nunique() == 1
    frame["company"] = [1, 2, 3]
    assert classifier.tag(frame)["onc_scope"].nunique() == 1
    with pytest.raises(rolecall.RolecallError, match="company"):
        classifier.tag(frame, employer="company")
