"""Spark, on a cluster of two worker processes on this machine.

The functions that run on workers are made inside the tests, so that Spark sends their code.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import rolecall
from conftest import ROOT, SAMPLES, TAGS, assert_same

pyspark = pytest.importorskip("pyspark")
pytestmark = pytest.mark.spark

Same = tuple[pa.Table, pa.Table, list[list[str]]]
BATCH_ROWS = 200


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    os.environ["SPARK_HOME"] = str(Path(pyspark.__file__).parent)
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    session = (
        SparkSession.builder.master("local-cluster[2,1,1024]")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", str(BATCH_ROWS))
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def numbered(spark: Any, table: pa.Table, folder: Path, partitions: int) -> Any:
    """Puts a table into a data frame of some partitions, with the numbers of its rows."""
    rows = table.append_column("n", pa.array(range(table.num_rows), pa.int64()))
    pq.write_table(rows, folder / "numbered.parquet")
    return spark.read.parquet(str(folder / "numbered.parquet")).repartition(partitions)


def collected(df: Any, folder: Path) -> pa.Table:
    """Returns the tags in the order of the rows' numbers."""
    df.write.mode("overwrite").parquet(str(folder / "tagged"))
    table = pq.read_table(folder / "tagged")
    order = table["n"].to_numpy().argsort(kind="stable")
    return table.take(pa.array(order)).select(TAGS)


def test_the_same_bytes(spark: Any, same: Same, tmp_path: Path) -> None:
    from rolecall.spark import tag

    df = numbered(spark, same[0], tmp_path, 4)
    tagged = tag(df)
    assert tagged.columns == [*df.columns, *TAGS]
    assert_same(collected(tagged, tmp_path), same)


@pytest.mark.parametrize("victim", ["python", "executor"])
def test_a_killed_worker_changes_nothing(
    spark: Any, same: Same, tmp_path: Path, victim: str
) -> None:
    from rolecall.spark import tag

    marker = str(tmp_path / "killed")

    def die(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Kills this worker or its executor, once, when some rows have gone through."""
        import os
        import signal

        seen = 0
        for batch in batches:
            yield batch
            seen += batch.num_rows
            if seen < 25:
                continue
            try:
                os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                continue
            pid = os.getpid()
            if victim == "executor":
                # This process was forked by a daemon that the executor started.
                with open(f"/proc/{os.getppid()}/stat") as stat:
                    pid = int(stat.read().rpartition(")")[2].split()[1])
            with open(marker, "w") as file:
                file.write(str(pid))
            os.kill(pid, signal.SIGKILL)

    tagged = tag(numbered(spark, same[0], tmp_path, 4))
    survived = tagged.mapInArrow(die, tagged.schema)
    assert_same(collected(survived, tmp_path), same)
    assert Path(marker).read_text().isdigit()


def test_one_classifier_for_all_batches_of_a_worker(
    spark: Any, samples: pa.Table, tmp_path: Path
) -> None:
    from rolecall._asked import Asked
    from rolecall.spark._worker import Arguments, Tagger

    arguments = Arguments(None, 0.0, None, rolecall.Classifier().corpus_hash)
    tagger = Tagger(arguments, Asked(1, [6], None, "onc", 1))

    def count(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import os

        import pyarrow

        from rolecall.spark._worker import classifier

        seen = sum(1 for _ in tagger(batches))
        info = classifier.cache_info()
        made = [os.getpid(), info.misses, info.misses + info.hits, seen]
        names = ["pid", "built", "used", "seen"]
        yield pyarrow.RecordBatch.from_pylist([dict(zip(names, made, strict=True))])

    many = pa.concat_tables([samples] * 60)
    df = numbered(spark, many, tmp_path, 8)
    rows = df.mapInArrow(count, "pid long, built long, used long, seen long").collect()
    batches = sum(row.seen for row in rows)
    used = {row.pid: max(r.used for r in rows if r.pid == row.pid) for row in rows}
    print(f"{batches} batches, {len(rows)} tasks, {len(used)} workers, a classifier in each")
    assert batches >= many.num_rows / BATCH_ROWS
    assert all(row.built == 1 for row in rows)
    assert len(used) < len(rows) and sum(used.values()) >= batches


def test_a_worker_with_another_corpus_fails(few: pa.Table) -> None:
    from rolecall._asked import Asked
    from rolecall.spark._worker import Arguments, Tagger

    for corpus, words in [
        (None, "than this worker has with another version of rolecall; install the same on both"),
        (str(ROOT / "corpus" / "onc"), "than this worker has in .*onc; install the same"),
    ]:
        tagger = Tagger(Arguments(corpus, 0.0, None, "0" * 64), Asked(1, [6]))
        with pytest.raises(rolecall.RolecallError, match=words):
            next(tagger(iter(few.to_batches())))


def test_demand_is_plain_sql(spark: Any, samples: pa.Table, tmp_path: Path) -> None:
    from rolecall.spark import tag

    tag(numbered(spark, samples, tmp_path, 2)).createOrReplaceTempView("postings")
    found = spark.sql("""
        SELECT onc_role AS role, count(*) AS postings
        FROM postings WHERE onc_role <> 'none'
        GROUP BY onc_role
    """).collect()
    counted = rolecall.demand(samples, by="role", dedup=False).table
    expected = dict(zip(counted["role"].to_pylist(), counted["postings"].to_pylist(), strict=True))
    assert {row.role: row.postings for row in found} == expected


def test_columns_nulls_and_types(spark: Any) -> None:
    from rolecall.spark import detect, tag

    df = spark.createDataFrame(
        [("EHR Trainer", "Teach nurses in class.", 1), (None, None, 2)], "job string, ad string, n int"
    )
    rows = tag(df, "job", "ad").orderBy("n").collect()
    assert [row.onc_basis for row in rows] == ["title+text", "none"]
    assert tag(df.limit(0), "job", "ad").count() == 0
    assert detect(df, text="ad") == ("job", ["ad"])
    for arguments, problem in [
        (("job", "body"), "text: no column `body`; the table has: `job`, `ad`, `n`"),
        (("n", "ad"), "column `n` holds int, expected text"),
    ]:
        with pytest.raises(rolecall.RolecallError, match=problem):
            tag(df, *arguments)
    with pytest.raises(rolecall.RolecallError, match="there is a column `onc_role` already"):
        tag(tag(df, "job", "ad"), "job", "ad")


def test_every_form_is_read(spark: Any, tmp_path: Path, classifier: rolecall.Classifier) -> None:
    from rolecall.spark.__main__ import read

    whole = read(spark, str(SAMPLES), None)
    assert whole.count() == 105
    for kind in ("parquet", "json", "csv"):
        folder = str(tmp_path / f"postings.{kind}")
        whole.write.format(kind).options(header=True, escape='"').save(folder)
        assert sorted(map(str, read(spark, folder, None).select("id", "title").collect())) == sorted(
            map(str, whole.select("id", "title").collect())
        )


def test_the_job(
    tmp_path: Path, cli: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    settings = "--master local[2] --conf spark.ui.enabled=false pyspark-shell"
    environment = os.environ | {"PYSPARK_SUBMIT_ARGS": settings, "SPARK_LOCAL_IP": "127.0.0.1"}
    job_file = str(Path(rolecall.__file__).parent / "spark" / "__main__.py")

    def job(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "rolecall.spark", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    def submit(*arguments: str) -> subprocess.CompletedProcess[str]:
        submit = Path(pyspark.__file__).parent / "bin" / "spark-submit"
        command = [str(submit), "--master", "local-cluster[2,1,1024]", job_file, *arguments]
        own = environment | {"PYSPARK_PYTHON": sys.executable}
        own["PYSPARK_SUBMIT_ARGS"] = ""
        return subprocess.run(command, env=own, capture_output=True, text=True)

    said = tmp_path / "said.parquet"
    cli("tag", "-q", SAMPLES, "-o", said)
    expected = pq.read_table(said).sort_by("id").select(["id", *TAGS]).to_pylist()
    for way, out in ((job, "out"), (submit, "submitted")):
        done = way(str(SAMPLES), str(tmp_path / out), "--partitions", "3")
        assert done.returncode == 0, done.stderr
        tagged = pq.read_table(tmp_path / out).sort_by("id")
        assert tagged.select(["id", *TAGS]).to_pylist() == expected
    failed = job(str(SAMPLES), str(tmp_path / "no"), "--text-column", "body")
    assert failed.returncode == 2
    assert "rolecall.spark: text: no column `body`" in failed.stderr
    failed = job(str(tmp_path / "nowhere"), str(tmp_path / "no"))
    assert failed.returncode == 2
    assert "rolecall.spark: [PATH_NOT_FOUND]" in failed.stderr
