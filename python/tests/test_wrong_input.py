"""What can't be tagged says so, in the library's words."""

from __future__ import annotations

import _thread
import os
import subprocess
import sys
import threading
import time
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import rolecall
from conftest import HAS_VIEWS, TAGS

KINDS: dict[str, Any] = {
    "pandas": lambda table: table.to_pandas(),
    "polars": pl.from_arrow,
    "pyarrow": lambda table: table,
    "batch": lambda table: table.combine_chunks().to_batches()[0],
    "reader": lambda table: table.to_reader(),
    "duckdb": duckdb.from_arrow,
    "capsule": rolecall.ArrowTable,
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Any:
    return KINDS[request.param]


def test_a_missing_column(kind: Any, few: pa.Table, classifier: rolecall.Classifier) -> None:
    with pytest.raises(
        rolecall.RolecallError, match="^text: no column `body`; the table has: `id`, `title`, "
    ):
        classifier.tag(kind(few), text="body")
    with pytest.raises(rolecall.RolecallError, match="^title: no column `job`; the table has"):
        classifier.tag(kind(few), title="job")


def test_a_column_that_holds_no_text(
    kind: Any, few: pa.Table, classifier: rolecall.Classifier
) -> None:
    table = few.append_column("n", pa.array(range(12), pa.int64()))
    with pytest.raises(rolecall.RolecallError, match="^column `n` holds Int64, expected text$"):
        classifier.tag(kind(table), title="n", text="description")


def test_columns_that_are_there_already(
    kind: Any, few: pa.Table, classifier: rolecall.Classifier
) -> None:
    tagged = classifier.tag(few)
    with pytest.raises(
        rolecall.RolecallError, match="^there is a column `onc_role` already; choose another name"
    ):
        classifier.tag(kind(tagged))


def test_nothing_that_looks_like_a_posting(classifier: rolecall.Classifier) -> None:
    with pytest.raises(
        rolecall.RolecallError,
        match=r"no column looks like a job title or a text; name them with title= and text= "
        r"\(columns: `a`\)",
    ):
        classifier.tag(pa.table({"a": [1, 2]}))


@pytest.mark.parametrize("table", [None, "a.csv", [{"title": "Trainer"}], {"title": ["x"]}, 3])
def test_what_is_no_table(table: object, classifier: rolecall.Classifier) -> None:
    with pytest.raises(TypeError, match=r"^expected a table \(pandas, Polars, .*\), found "):
        classifier.tag(table)
    with pytest.raises(TypeError, match="collect it, or use rolecall.polars.tag"):
        classifier.tag(pl.LazyFrame({"title": ["x"]}))


def test_nulls_are_empty_texts(kind: Any, classifier: rolecall.Classifier) -> None:
    table = pa.table(
        {
            "title": pa.array(["EHR Trainer", None, "EHR Trainer", None], pa.string()),
            "text": pa.array(["Teach nurses.", "Teach nurses.", None, None], pa.string()),
        }
    )
    tagged = classifier.tag(kind(table), "title", "text")
    rows = _arrow(tagged).to_pylist()
    assert [row["onc_basis"] for row in rows] == ["title+text", "text", "title", "none"]
    # Why there is no role is said by onc_basis.
    assert rows[3]["onc_role"] == rows[3]["onc_closest_role"] == "none"
    assert rows[3]["onc_evidence"] == "" and rows[3]["onc_score"] == 0.0


def test_columns_without_any_value(classifier: rolecall.Classifier) -> None:
    table = pa.table({"title": pa.nulls(3), "text": pa.nulls(3, pa.string())})
    assert classifier.tag(table, "title", "text")["onc_basis"].to_pylist() == ["none"] * 3
    frame = pd.DataFrame({"title": [None, None], "text": [float("nan"), None]}, dtype=object)
    assert list(classifier.tag(frame, "title", "text")["onc_role"]) == ["none", "none"]


def test_a_table_without_rows(kind: Any, few: pa.Table, classifier: rolecall.Classifier) -> None:
    empty = few.slice(0, 0)
    if kind is KINDS["batch"]:
        kind = lambda table: pa.RecordBatch.from_pylist([], schema=table.schema)  # noqa: E731
    tagged = _arrow(classifier.tag(kind(empty)))
    assert tagged.num_rows == 0 and tagged.column_names == [*few.column_names, *TAGS]


def test_huge_texts(classifier: rolecall.Classifier) -> None:
    text = "Teach nurses in class. " * 2_000_000
    table = pa.table({"title": ["EHR Trainer"] * 2, "text": pa.array([text, ""], pa.large_string())})
    tagged = classifier.tag(table, "title", "text")
    assert tagged["onc_closest_role"].to_pylist() == ["trainer", "trainer"]


def test_bytes_that_are_no_text(classifier: rolecall.Classifier) -> None:
    broken = [b"Teach", b"Caf\xe9 nurses"]
    titles = ["EHR Trainer"] * 2
    wrong = "column `text`, row 1: byte 3 is not UTF-8; decode it first, or give the column as binary"
    for kind, made in [
        (pa.binary(), pa.string()),
        (pa.large_binary(), pa.large_string()),
        *([(pa.binary_view(), pa.string_view())] if HAS_VIEWS else []),
    ]:
        text = pa.array(broken, kind)
        text = pa.Array.from_buffers(made, 2, text.buffers())
        with pytest.raises(rolecall.RolecallError, match=wrong):
            classifier.tag(pa.table({"title": titles, "text": text}), "title", "text")
        # In a dictionary, and found by content.
        coded = pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int8()), text)
        with pytest.raises(rolecall.RolecallError, match=wrong):
            classifier.tag(pa.table({"title": titles, "text": coded}))
        # A value that no row has does no harm.
        unused = pa.DictionaryArray.from_arrays(pa.array([0, 0], pa.int8()), text)
        tagged = classifier.tag(pa.table({"title": titles, "text": unused}))
        assert tagged["onc_basis"].to_pylist() == ["title+text"] * 2
    # As binary it is read as the command line reads it, with U+FFFD.
    table = pa.table({"title": titles, "text": pa.array(broken, pa.binary())})
    assert classifier.tag(table, "title", "text")["onc_basis"].to_pylist() == ["title+text"] * 2


def test_a_broken_text_in_another_column(few: pa.Table, classifier: rolecall.Classifier) -> None:
    other = pa.array([b"\xff"] * 12, pa.binary())
    other = pa.Array.from_buffers(pa.string(), 12, other.buffers())
    tagged = classifier.tag(few.append_column("other", other))
    assert tagged["other"].combine_chunks().buffers()[2].to_pybytes() == b"\xff" * 12


def test_runs_of_what_is_no_text(classifier: rolecall.Classifier) -> None:
    def runs(values: pa.Array) -> pa.Array:
        ends = pa.array([1, 3], pa.int32())
        kind = pa.run_end_encoded(pa.int32(), values.type)
        return pa.Array.from_buffers(kind, 3, [None], children=[ends, values])

    bytes_of = pa.array([b"EHR caf\xe9\xff", b"b\xe9"], pa.binary()).buffers()
    broken = runs(pa.Array.from_buffers(pa.string(), 2, bytes_of))
    good = runs(pa.array(["EHR Trainer", "Nurse"]))
    titles, texts = ["EHR Trainer"] * 3, ["Teach nurses."] * 3
    tagged = classifier.tag(pa.table({"title": titles, "text": texts, "other": broken}))
    assert set(tagged["onc_basis"].to_pylist()) == {"title+text"}
    with pytest.raises(rolecall.RolecallError, match="(?i)utf-?8"):
        classifier.tag(pa.table({"title": broken, "text": texts}), "title", "text")
    as_runs = classifier.tag(pa.table({"title": good, "text": texts}), "title", "text")
    plain = ["EHR Trainer", "Nurse", "Nurse"]
    expected = classifier.tag(pa.table({"title": plain, "text": texts}), "title", "text")
    assert as_runs.select(TAGS).equals(expected.select(TAGS))
    numbers = runs(pa.array([1, 2]))
    with pytest.raises(rolecall.RolecallError, match="column `title` holds .*, expected text"):
        classifier.tag(pa.table({"title": numbers, "text": texts}), "title", "text")


def test_bytes_of_pandas_that_are_no_text(classifier: rolecall.Classifier) -> None:
    texts = [b"Teach nurses in caf\xe9s.", b"Teach", None]
    frame = pd.DataFrame({"title": ["EHR Trainer"] * 3, "text": pd.Series(texts, dtype=object)})
    table = pa.table({"title": ["EHR Trainer"] * 3, "text": pa.array(texts, pa.binary())})
    expected = classifier.tag(table, "title", "text")["onc_evidence"].to_pylist()
    assert list(classifier.tag(frame, "title", "text")["onc_evidence"]) == expected


def test_the_row_of_a_stream(few: pa.Table, classifier: rolecall.Classifier) -> None:
    broken = pa.Array.from_buffers(
        pa.string(), 2, pa.array([b"Teach", b"\xff"], pa.binary()).buffers()
    )
    names = ["title", "text"]
    good = pa.table([["EHR Trainer"] * 500, ["Teach"] * 500], names=names)
    whole = pa.concat_tables([good, pa.table([["EHR Trainer"] * 2, broken], names=names)])
    words = "column `text`, row 501: byte 0 is not UTF-8"
    with pytest.raises(rolecall.RolecallError, match=words):
        classifier.tag(whole, "title", "text")
    # PyArrow raises its own exception, in the same words.
    with pytest.raises(ValueError, match=words):
        classifier.tag(whole.to_reader(), "title", "text").read_all()


def test_what_demand_can_not_count(samples: pa.Table) -> None:
    union = pa.UnionArray.from_sparse(
        pa.array([0] * samples.num_rows, pa.int8()),
        [pa.array(range(samples.num_rows)), pa.nulls(samples.num_rows, pa.string())],
    )
    with pytest.raises(rolecall.RolecallError, match="column `u` holds .*leave it out"):
        rolecall.demand(samples.append_column("u", union))


@pytest.mark.parametrize(
    ("cell", "problem"),
    [(17, "column `text`, rows 0 to 1: .*'int' object"), ("\ud800", "surrogates not allowed")],
)
def test_objects_that_are_no_text(
    cell: object, problem: str, classifier: rolecall.Classifier
) -> None:
    frame = pd.DataFrame({"title": ["EHR Trainer"] * 2, "text": ["Teach", cell]}, dtype=object)
    with pytest.raises(rolecall.RolecallError, match=problem):
        classifier.tag(frame, "title", "text")


def test_a_stream_that_fails(few: pa.Table, classifier: rolecall.Classifier) -> None:
    def batches() -> Any:
        for _ in range(30):
            yield from few.to_batches()
        raise OSError("the disk is gone")

    reader = pa.RecordBatchReader.from_batches(few.schema, batches())
    with pytest.raises(Exception, match="the disk is gone"):
        classifier.tag(reader).read_all()

    class Producer:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return pa.RecordBatchReader.from_batches(few.schema, batches()).__arrow_c_stream__()

    with pytest.raises(rolecall.RolecallError, match=r"(?s)can't be read: .*the disk is gone"):
        classifier.tag(Producer())


def test_threads_and_keys_that_make_no_sense(
    few: pa.Table, classifier: rolecall.Classifier
) -> None:
    for threads in (0, -1):
        with pytest.raises(ValueError, match=f"threads: expected at least 1, found {threads}"):
            classifier.tag(few, threads=threads)
    for wrong in (1, [1], ("title", None)):
        with pytest.raises(TypeError, match="text: expected the name of a column, found"):
            classifier.tag(few, text=wrong)  # type: ignore[arg-type]
    for series in (pd.Series(["x"]), pl.Series(["x"])):
        with pytest.raises(TypeError, match="Series; make one of it by to_frame"):
            classifier.tag(series)


def test_ctrl_c_stops(samples: pa.Table, classifier: rolecall.Classifier) -> None:
    many = pa.concat_tables([samples] * 20_000)
    threading.Timer(0.2, _thread.interrupt_main).start()
    with pytest.raises(KeyboardInterrupt):
        classifier.tag(many)
    assert classifier.tag(samples).num_rows == samples.num_rows


def test_ctrl_c_stops_a_source_without_end(few: pa.Table, classifier: rolecall.Classifier) -> None:
    class Endless:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            def batches() -> Any:
                while True:
                    time.sleep(0.01)
                    yield from few.to_batches()

            return pa.RecordBatchReader.from_batches(few.schema, batches()).__arrow_c_stream__()

    threading.Timer(0.2, _thread.interrupt_main).start()
    with pytest.raises(KeyboardInterrupt):
        classifier.tag(Endless())


FORK = """
import os, sys, threading, time, warnings
import pyarrow as pa
import rolecall

warnings.simplefilter("ignore")
classifier = rolecall.Classifier()
table = pa.table({"title": ["EHR Trainer"] * 200_000, "text": ["Teach nurses in class."] * 200_000})
thread = threading.Thread(target=lambda: classifier.tag(table, "title", "text"))
thread.start()
time.sleep(0.1)
if os.fork() == 0:
    assert classifier.classify("EHR Trainer", "Teach nurses in class.").role == "trainer"
    sys.exit(0)
assert os.wait()[1] == 0
thread.join()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_fork_ends_while_its_parent_tags() -> None:
    ended = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr


SHUTDOWN = """
import atexit, sys, threading, time

def late():
    try:
        classifier.classify("EHR Trainer")
    except rolecall.RolecallError as error:
        print("late:", error, flush=True)

# What is registered first is called last.
atexit.register(late)

import pyarrow as pa
import rolecall

classifier = rolecall.Classifier()
table = pa.table({"title": ["EHR Trainer"] * 200_000, "text": ["Teach nurses in class."] * 200_000})

def work():
    while True:
        try:
            classifier.tag(table, "title", "text")
        except rolecall.RolecallError as error:
            sys.stdout.write(f"thread: {error}\\n")
            sys.stdout.flush()
            return

threads = [threading.Thread(target=work, daemon=True) for _ in range(3)]
for thread in threads:
    thread.start()
time.sleep(0.3)
print("end", flush=True)
"""


def test_python_may_end_meanwhile() -> None:
    """Daemon threads that tag when Python ends stop, and nothing crashes."""
    for _ in range(5):
        ended = subprocess.run(
            [sys.executable, "-c", SHUTDOWN], capture_output=True, text=True, timeout=60
        )
        assert ended.returncode == 0, ended.stderr
        assert ended.stderr == ""
        lines = ended.stdout.splitlines()
        assert lines[0] == "end"
        assert "late: Python is shutting down; nothing can be tagged" in lines


def _arrow(table: Any) -> pa.Table:
    if isinstance(table, pd.DataFrame):
        return pa.Table.from_pandas(table, preserve_index=False)
    if isinstance(table, pa.RecordBatch):
        return pa.Table.from_batches([table])
    if isinstance(table, duckdb.DuckDBPyRelation):
        return table.to_arrow_table()
    return pa.table(table) if not isinstance(table, pa.RecordBatchReader) else table.read_all()
