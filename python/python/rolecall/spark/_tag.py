"""Tags data frames of Spark."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

import pyarrow
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, StringType, StructField, StructType

from rolecall._adapter import SAMPLE_ROWS
from rolecall._classifier import Classifier
from rolecall._rolecall import TAG_COLUMNS, RolecallError
from rolecall.spark._worker import Arguments, Tagger

#: The tag columns without their prefix.
TAG_FIELDS = tuple(
    StructField(name, DoubleType() if is_number else StringType(), False)
    for name, is_number in TAG_COLUMNS
)


def tag(
    df: DataFrame,
    title: str | None = None,
    text: str | Sequence[str] | None = None,
    *,
    employer: str | None = None,
    corpus: str | os.PathLike[str] | None = None,
    min_confidence: float = 0.0,
    prevalence: float | None = None,
    prefix: str | None = None,
    threads: int = 1,
) -> DataFrame:
    """Tags the rows of a data frame, lazily: the columns that were there and those of the tags.

    One classifier is built in each Python worker and serves all its batches and tasks. A task that
    is run anew, on another worker, gives the same rows.

    Args:
        df: The postings.
        title: The column of the job title; ``-`` if there is none. Found in the first 300 rows,
            which takes a small job, if title and text are not both given.
        text: The column or columns of the text, likewise.
        employer: The column of the employer's name, found by its name if not given.
        corpus: A folder with a taxonomy of your own, at the same path on every worker. A worker
            whose corpus is not the driver's fails.
        min_confidence, prevalence: As for ``Classifier``.
        prefix: What the names of the new columns start with; the taxonomy's name if not given.
        threads: Threads of a task; as many as ``spark.task.cpus``, which is 1 by default.

    Raises:
        RolecallError: If a column is missing, holds no text, or is there already.
    """
    folder = None if corpus is None else os.fspath(corpus)
    classifier = Classifier(folder, min_confidence=min_confidence, prevalence=prevalence)
    prefix = prefix or classifier.taxonomy
    asked = classifier._asked(_sample(df, title, text), title, text, employer, prefix, threads)
    if employer is None and asked.employer is not None:
        # A column that is only called like one of employers is none.
        is_text = _holds_text(df.schema.fields[asked.employer])
        asked = replace(asked, employer=asked.employer if is_text else None)
    names = [f"{prefix}_{field.name}" for field in TAG_FIELDS]
    for name in names:
        if name in df.columns:
            raise RolecallError(f"there is a column `{name}` already; choose another name")
    _check_types([df.schema.fields[column] for column in asked.columns])
    tagged = zip(names, TAG_FIELDS, strict=True)
    fields = [StructField(name, field.dataType, False) for name, field in tagged]
    schema = StructType([*df.schema.fields, *fields])
    arguments = Arguments(folder, min_confidence, prevalence, classifier.corpus_hash)
    return df.mapInArrow(Tagger(arguments, asked), schema)


def detect(
    df: DataFrame,
    title: str | None = None,
    text: str | Sequence[str] | None = None,
    *,
    classifier: Classifier | None = None,
) -> tuple[str | None, list[str]]:
    """Returns the names of the columns that ``tag`` would read: the title's, and the text's."""
    return (classifier or Classifier()).detect(_sample(df, title, text), title, text)


def _sample(df: DataFrame, title: str | None, text: str | Sequence[str] | None) -> pyarrow.Table:
    """Returns the first rows as text; none if the columns that are read are said."""
    rows: list[Row] = []
    if title is None or text is None:
        shown = df.toDF(*(f"c{n}" for n in range(len(df.columns))))
        as_text = [F.col(name).cast("string") for name in shown.columns]
        rows = shown.select(as_text).limit(SAMPLE_ROWS).collect()
    columns = [pyarrow.array([row[n] for row in rows], pyarrow.string()) for n in range(len(df.columns))]
    return pyarrow.Table.from_arrays(columns, names=df.columns)


def _holds_text(field: StructField) -> bool:
    kind: str = field.dataType.simpleString()
    return kind.startswith(("string", "varchar", "char", "binary", "array", "struct", "map"))


def _check_types(fields: list[StructField]) -> None:
    for field in fields:
        if not _holds_text(field):
            found = field.dataType.simpleString()
            raise RolecallError(f"column `{field.name}` holds {found}, expected text")
