"""Tagging adds no copy of the text."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

#: Text of the table in MB; what tagging may add is a fraction of it.
TEXT_MB = 256

SCRIPT = """
import json, sys
import pyarrow as pa
import rolecall

kind, megabytes = sys.argv[1], int(sys.argv[2])
ad = "Teach nurses in class, write lesson plans and tip sheets for the record system. "
text = (ad * 128)[:10_000]
rows = megabytes * 100
titles = pa.array(["EHR Trainer"] * rows)
# One array of distinct memory, as it would be read from a file.
offsets = pa.array(range(0, rows * 10_000 + 1, 10_000), pa.int64())
texts = pa.LargeStringArray.from_buffers(rows, offsets.buffers()[1], pa.py_buffer(text.encode() * rows))
table = pa.table({"title": titles, "text": texts})
if kind == "polars":
    import polars
    table = polars.from_arrow(table)
if kind == "pandas":
    import pandas
    table = table.to_pandas(types_mapper=pandas.ArrowDtype)
if kind == "objects":
    table = table.to_pandas().astype(object)
classifier = rolecall.Classifier()
classifier.tag(table[:100] if kind != "pyarrow" else table.slice(0, 100), "title", "text")

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024

def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024

# The peak is counted from here on.
with open("/proc/self/clear_refs", "w") as refs:
    refs.write("5")
before = resident()
tagged = classifier.tag(table, "title", "text")
print(json.dumps({"before": before, "peak": peak(), "rows": len(tagged)}))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize("kind", ["pyarrow", "polars", "pandas", "objects"])
def test_the_text_is_not_copied(kind: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, kind, str(TEXT_MB)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    added = found["peak"] - found["before"]
    print(f"{kind}: {found['before']:.0f} MB before, {found['peak']:.0f} MB at most")
    assert found["rows"] == TEXT_MB * 100
    assert added < TEXT_MB / 4
