"""What runs in Spark's Python workers. It imports nothing of Spark."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pyarrow

from rolecall._classifier import Classifier
from rolecall._tables import PyarrowBatch


@cache
def classifier(corpus: str | None, min_confidence: float, prevalence: float | None) -> Classifier:
    """Returns the classifier of this process. Spark keeps its workers, so it is built once in each
    and serves all batches of all tasks: ``classifier.cache_info()`` counts both."""
    return Classifier(corpus, min_confidence=min_confidence, prevalence=prevalence)


class Tagger:
    """Tags the batches of a partition. This object is what Spark sends to its workers."""

    def __init__(
        self,
        asked: tuple[str | None, float, float | None],
        title: str | None,
        texts: list[str],
        prefix: str,
        threads: int,
    ) -> None:
        self._asked = asked
        self._title = title
        self._texts = texts
        self._prefix = prefix
        self._threads = threads

    def __call__(self, batches: Iterator[pyarrow.RecordBatch]) -> Iterator[Any]:
        for batch in batches:
            native = classifier(*self._asked)._native
            rows = PyarrowBatch(batch)
            yield rows.tag(native, self._title, self._texts, self._prefix, self._threads)
