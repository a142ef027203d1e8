"""How long a local cluster of Spark takes with one worker process and with two, and in how many partitions.

    python benches/spark_workers.py POSTINGS.parquet [REPEATS]

Rows are tagged and thrown away; the first round, in which workers start, is not counted.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pyspark
from pyspark.sql import SparkSession

from rolecall.spark import tag


ROUNDS = 3
PARTITIONS = (2, 8, 40, 200, 1000)


def main() -> None:
    path, repeats = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 4
    os.environ["SPARK_HOME"] = str(Path(pyspark.__file__).parent)
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.environ["PYSPARK_PYTHON"] = sys.executable
    for workers in (1, 2):
        spark = (
            SparkSession.builder.master(f"local-cluster[{workers},1,1024]")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .getOrCreate()
        )
        spark.sparkContext.setLogLevel("OFF")
        once = spark.read.parquet(path)
        many = once
        for _ in range(repeats - 1):
            many = many.union(once)
        rows = many.count()
        for partitions in PARTITIONS if workers == 2 else (8,):
            tagged = tag(many.repartition(partitions), "title", "description")
            seconds = []
            for _ in range(ROUNDS):
                start = time.perf_counter()
                tagged.write.format("noop").mode("overwrite").save()
                seconds.append(time.perf_counter() - start)
            best = min(seconds[1:])
            print(
                f"{workers} workers, {partitions} partitions: {rows} rows in {best:.1f} s, "
                f"{rows / best:,.0f} rows/s",
                flush=True,
            )
        spark.stop()


if __name__ == "__main__":
    main()
