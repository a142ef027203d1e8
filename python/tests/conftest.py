"""What tests share."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

import rolecall

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples" / "postings.csv"
#: Real postings, which are not in the repository.
POSTINGS = Path(
    os.environ.get("ROLECALL_SHARED", ROOT.parent / "shared"), "postings", "postings.parquet"
)

#: Whether PyArrow can make columns of views; rolecall can read them.
HAS_VIEWS = int(pa.__version__.partition(".")[0]) >= 19

DECIMALS = {"confidence": 4, "scope": 4, "score": 3, "second_score": 3}
COLUMNS = [
    "role",
    "tier",
    "confidence",
    "scope",
    "closest_role",
    "score",
    "second_role",
    "second_score",
    "evidence",
    "basis",
]
TAGS = [f"onc_{name}" for name in COLUMNS]


@pytest.fixture(scope="session")
def classifier() -> rolecall.Classifier:
    return rolecall.Classifier()


@pytest.fixture(scope="session")
def cli() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the command line."""
    found = [Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"), kind, "rolecall")
             for kind in ("release", "debug")]  # fmt: skip
    program = next((path for path in found if path.is_file()), None)
    if program is None:
        pytest.skip("there is no rolecall; cargo build --release makes it")

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, *map(str, arguments)], check=True, capture_output=True, text=True
        )

    return run


@pytest.fixture(scope="session")
def samples() -> pa.Table:
    """The sample postings, as strings."""
    options = pa.csv.ParseOptions(newlines_in_values=True)
    names = SAMPLES.read_text("utf-8").splitlines()[0].split(",")
    types = pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
    return pa.csv.read_csv(SAMPLES, parse_options=options, convert_options=types)


@pytest.fixture(scope="session")
def few(samples: pa.Table) -> pa.Table:
    return samples.slice(0, 12)


@pytest.fixture(scope="session", params=["samples", "postings"])
def same(
    request: pytest.FixtureRequest,
    samples: pa.Table,
    cli: Callable[..., subprocess.CompletedProcess[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[pa.Table, pa.Table, list[list[str]]]:
    """Postings, what the command line says of them as Parquet, and the same as cells of CSV."""
    import csv

    if request.param == "postings":
        if not POSTINGS.is_file():
            pytest.skip("there are no real postings")
        table = pq.read_table(POSTINGS).slice(0, 20_000)
    else:
        table = samples
    folder = tmp_path_factory.mktemp(request.param)
    pq.write_table(table, folder / "in.parquet")
    cli("tag", "-q", folder / "in.parquet", "-o", folder / "out.parquet")
    cli("tag", "-q", folder / "in.parquet", "-o", folder / "out.csv")
    tags = pq.read_table(folder / "out.parquet").select(TAGS)
    csv.field_size_limit(1 << 30)
    with (folder / "out.csv").open(newline="", encoding="utf-8") as file:
        cells = [row[-len(TAGS) :] for row in csv.reader(file)]
    assert cells.pop(0) == TAGS
    return table, tags, cells


def assert_same(
    found: pa.Table, expected: tuple[pa.Table, pa.Table, list[list[str]]]
) -> None:
    """Compares tag columns with those that the command line wrote, as values and as text."""
    _, tags, cells = expected
    assert found.num_rows == tags.num_rows
    for name in TAGS:
        column, other = found.column(name), tags.column(name)
        kind = pa.float64() if name.removeprefix("onc_") in DECIMALS else pa.string()
        assert column.cast(kind).combine_chunks().equals(other.combine_chunks()), name
        assert other.type == kind
    columns = [found.column(name).to_pylist() for name in TAGS]
    for row, line in enumerate(cells):
        for n, name in enumerate(COLUMNS):
            value = columns[n][row]
            shown = f"{value:.{DECIMALS[name]}f}" if name in DECIMALS else value
            assert shown == line[n], (row, name)
