"""rolecall in Polars' expressions.

>>> import polars as pl, rolecall.polars
>>> frame = pl.LazyFrame({"title": ["EHR Trainer"], "text": ["Teach nurses in class."]})
>>> tagged = frame.with_columns(rolecall.polars.tag("title", "text").alias("onc"))
>>> tagged.collect()["onc"].struct.field("role")[0]
'trainer'
"""

from __future__ import annotations

import polars as pl

from rolecall._asked import Asked
from rolecall._classifier import Classifier
from rolecall._polars import exportable
from rolecall._rolecall import TAG_COLUMNS

#: What a tag is made of: the tag columns without their prefix.
TAG = pl.Struct(
    {name: pl.Float64 if is_number else pl.String for name, is_number in TAG_COLUMNS}
)


def tag(
    title: str | pl.Expr | None,
    text: str | pl.Expr | None,
    *,
    employer: str | pl.Expr | None = None,
    classifier: Classifier | None = None,
    threads: int | None = None,
) -> pl.Expr:
    """Returns an expression that tags rows: a struct with the members of ``TAG``.

    ``.struct.field("role")`` takes one of them out, ``.struct.unnest()`` makes columns of all. A
    null is an empty text.

    Args:
        title: The column of the job title, or an expression; nothing if there is none.
        text: The column of the text, or an expression.
        employer: The column of the employer's name, or an expression.
        classifier: ONC's roles if not given.
        threads: Threads that tag; all cores if not given.
    """
    native = (classifier or Classifier())._native
    asked = Asked(0, [1], 2, "tag", threads)

    def tags(rows: pl.Series) -> pl.Series:
        read = exportable(rows.struct.unnest())
        tagged = pl.DataFrame(native.tags(read, asked))
        named = tagged.rename({name: name.removeprefix("tag_") for name in tagged.columns})
        return named.to_struct(rows.name)

    columns = [
        _column(title).alias("title"),
        _column(text).alias("text"),
        _column(employer).alias("employer"),
    ]
    # Rows are tagged one by one, so that any cut of them gives the same.
    return pl.struct(columns).map_batches(tags, return_dtype=TAG, is_elementwise=True)


def _column(given: str | pl.Expr | None) -> pl.Expr:
    if given is None:
        return pl.lit(None, dtype=pl.String)
    return pl.col(given) if isinstance(given, str) else given
