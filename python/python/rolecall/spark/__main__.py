"""Tags a folder of postings on Spark: ``python -m rolecall.spark INPUT OUTPUT``.

With spark-submit, give the path of this file:

    spark-submit --master ... "$(python -c 'import rolecall.spark.__main__ as job; print(job.__file__)')" INPUT OUTPUT
"""

from __future__ import annotations

import argparse
import sys

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from rolecall import RolecallError
from rolecall.spark import tag

FORMATS = ("parquet", "csv", "json")


def main(arguments: list[str] | None = None) -> int:
    """Runs the job and returns the exit code: 0 done, 2 failed."""
    asked = _parser().parse_args(arguments)
    spark = SparkSession.builder.appName("rolecall").getOrCreate()
    try:
        postings = read(spark, asked.input, asked.input_format)
        if asked.partitions is not None:
            postings = postings.repartition(asked.partitions)
        tagged = tag(
            postings,
            asked.title_column,
            asked.text_column,
            corpus=asked.corpus,
            min_confidence=asked.min_confidence,
            prevalence=asked.prevalence,
            prefix=asked.prefix,
        )
        writer = tagged.write.mode("overwrite" if asked.force else "errorifexists")
        kind = asked.output_format or "parquet"
        (writer.option("header", True) if kind == "csv" else writer).format(kind).save(asked.output)
    except (RolecallError, PySparkException) as error:
        first, *_ = str(error).strip().splitlines() or [type(error).__name__]
        print(f"rolecall.spark: {first}", file=sys.stderr)
        return 2
    finally:
        spark.stop()
    return 0


def read(spark: SparkSession, path: str, kind: str | None) -> DataFrame:
    """Reads a folder or file of postings. What it is, is told by its name if it is not said."""
    if kind is None:
        name = path.rstrip("/").lower()
        name = name.removesuffix(".gz").removesuffix(".zst")
        kind = "csv" if name.endswith(".csv") else "parquet"
        kind = "json" if name.endswith((".json", ".jsonl", ".ndjson")) else kind
    reader = spark.read
    if kind == "csv":
        # As boards write it: quotes are doubled, and texts have line breaks.
        reader = reader.options(header=True, multiLine=True, quote='"', escape='"')
    return reader.format(kind).load(path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m rolecall.spark",
        description="Tags a folder of postings on Spark. The master and all else that is Spark's is "
        "said as usual: by spark-submit, spark-defaults.conf or the environment.",
    )
    parser.add_argument("input", metavar="INPUT", help="a folder or file that Spark can read")
    parser.add_argument("output", metavar="OUTPUT", help="the folder to write")
    parser.add_argument(
        "--input-format", choices=FORMATS, help="[default: by the name of INPUT, parquet]"
    )
    parser.add_argument("--output-format", choices=FORMATS, help="[default: parquet]")
    parser.add_argument("--title-column", metavar="COLUMN", help="[default: found by content]")
    parser.add_argument(
        "--text-column", metavar="COLUMN", action="append", help="may be given several times"
    )
    parser.add_argument("--partitions", type=int, metavar="N", help="spread the rows over N tasks")
    parser.add_argument("--corpus", metavar="DIR", help="a taxonomy of your own, on every worker")
    parser.add_argument("--min-confidence", type=float, default=0.0, metavar="P")
    parser.add_argument("--prevalence", type=float, metavar="P")
    parser.add_argument("--prefix", metavar="NAME", help="[default: the taxonomy's name]")
    parser.add_argument("--force", action="store_true", help="overwrite what is there")
    return parser


if __name__ == "__main__":
    sys.exit(main())
