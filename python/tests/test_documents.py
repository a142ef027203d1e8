"""The examples of the documentation run, and so does the notebook."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import rolecall._classifier
import rolecall.duckdb
import rolecall.polars
from conftest import ROOT

READMES = [(ROOT / name).read_text("utf-8") for name in ("README.md", "python/README.md")]


def blocks(of_spark: bool) -> list[str]:
    found: list[str] = re.findall(r"```python\n(.*?)```", "\n".join(READMES), re.DOTALL)
    return [block for block in found if ("spark" in block) is of_spark]


def run(block: str) -> None:
    exec(compile(block, "README.md", "exec"), {"__name__": "readme"})


@pytest.mark.parametrize("block", blocks(False), ids=lambda block: block.splitlines()[-1][:40])
def test_readme(block: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    run(block)


@pytest.mark.spark
def test_readme_on_spark(tmp_path: Path) -> None:
    settings = "--master local[2] --conf spark.ui.enabled=false pyspark-shell"
    environment = os.environ | {
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_SUBMIT_ARGS": settings,
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    for block in blocks(True):
        (tmp_path / "block.py").write_text(block, "utf-8")
        command = [sys.executable, str(tmp_path / "block.py")]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "module",
    [rolecall, rolecall._classifier, rolecall.duckdb, rolecall.polars],
    ids=lambda module: module.__name__,
)
def test_docstrings(module: object) -> None:
    failed, tried = doctest.testmod(module)  # type: ignore[arg-type]
    assert tried > 0 and failed == 0


def test_every_public_name_is_explained() -> None:
    for name in rolecall.__all__:
        assert name == "__version__" or getattr(rolecall, name).__doc__, name


def test_the_notebook_draws_its_chart(tmp_path: Path) -> None:
    chart = tmp_path / "demand.svg"
    environment = os.environ | {"MPLBACKEND": "agg", "CHART": str(chart)}
    example = ROOT / "python" / "examples" / "demand_chart.py"
    done = subprocess.run(
        [sys.executable, str(example)], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "reads ('title', ['description'])" in done.stdout
    drawn = chart.read_text("utf-8")
    # Each role has its bar, under its name.
    for role in rolecall.Classifier().roles:
        assert f"<!-- {role.id} -->" in drawn
