"""What runs in Spark's Python workers. It imports nothing of Spark."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import pyarrow

from rolecall._asked import Asked
from rolecall._classifier import Classifier
from rolecall._pyarrow import PyarrowBatch
from rolecall._rolecall import RolecallError


class Arguments(NamedTuple):
    """What a worker builds its classifier of."""

    corpus: str | None
    min_confidence: float
    prevalence: float | None
    #: The fingerprint of the driver's corpus.
    corpus_hash: str


@cache
def classifier(arguments: Arguments) -> Classifier:
    """Returns the classifier of this process. Spark keeps its workers, so it is built once in each
    and serves all batches of all tasks: ``classifier.cache_info()`` counts both."""
    corpus, min_confidence, prevalence, corpus_hash = arguments
    built = Classifier(corpus, min_confidence=min_confidence, prevalence=prevalence)
    if built.corpus_hash != corpus_hash:
        where = "with another version of rolecall" if corpus is None else f"in {corpus}"
        raise RolecallError(
            f"the driver has another corpus than this worker has {where}; install the same on both"
        )
    return built


class Tagger:
    """Tags the batches of a partition. This object is what Spark sends to its workers."""

    def __init__(self, arguments: Arguments, asked: Asked) -> None:
        self._arguments = arguments
        self._asked = asked

    def __call__(self, batches: Iterator[pyarrow.RecordBatch]) -> Iterator[Any]:
        for batch in batches:
            native = classifier(self._arguments)._native
            yield PyarrowBatch(batch).tag(native, self._asked)
