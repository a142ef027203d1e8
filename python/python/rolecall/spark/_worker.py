"""What runs in Spark's Python workers. It imports nothing of Spark."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pyarrow

from rolecall._asked import Asked
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
        arguments: tuple[str | None, float, float | None],
        asked: Asked,
    ) -> None:
        self._arguments = arguments
        self._asked = asked

    def __call__(self, batches: Iterator[pyarrow.RecordBatch]) -> Iterator[Any]:
        for batch in batches:
            native = classifier(*self._arguments)._native
            yield PyarrowBatch(batch).tag(native, self._asked)
