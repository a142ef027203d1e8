from os import PathLike
from typing import Any, TypedDict

from rolecall._asked import Asked

__version__: str
#: The names of the tag columns without their prefix, and whether they are numbers.
TAG_COLUMNS: list[tuple[str, bool]]

class RolecallError(ValueError):
    """Says why a posting, a table or a corpus can't be used."""

class ArrowTable:
    """A table in memory, for any library that reads Arrow data.

    ``pyarrow.table(it)``, ``polars.DataFrame(it)`` and the like share its memory.
    """

    def __init__(self, table: object) -> None: ...
    def head(self, rows: int) -> ArrowTable: ...
    @property
    def column_names(self) -> list[str]: ...
    def __len__(self) -> int: ...
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

class ArrowStream:
    """Batches that are made as they are asked for, once, for any library that reads Arrow data."""

    @property
    def column_names(self) -> list[str]: ...
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

class _Role(TypedDict):
    id: str
    name: str
    tier: str
    tier_name: str
    description: str

class _RankedRole(TypedDict):
    role: str
    name: str
    tier: str
    score: float
    probability: float

class _Evidence(TypedDict):
    term: str
    points: float
    in_title: int
    in_text: int

class _Answer(TypedDict):
    taxonomy: str
    title: str
    title_alone: tuple[float, float] | None
    role: str
    role_name: str | None
    tier: str
    tier_name: str | None
    confidence: float
    scope: float
    gates: list[tuple[str, float]]
    words_known: float
    is_calibrated: bool
    closest_role: str | None
    ranking: list[_RankedRole]
    nearest_neighbour: tuple[str, float] | None
    evidence: list[_Evidence]

class NativeClassifier:
    def __init__(
        self,
        corpus: str | PathLike[str] | None = None,
        min_confidence: float = 0.0,
        prevalence: float | None = None,
    ) -> None: ...
    @property
    def taxonomy(self) -> str: ...
    @property
    def corpus_hash(self) -> str: ...
    @property
    def roles(self) -> list[_Role]: ...
    def classify(self, title: str | None, text: str, employer: str) -> _Answer: ...
    def detect(
        self, sample: object, title: str | None, text: list[str], employer: str | None
    ) -> tuple[int | None, list[int], int | None, list[str]]: ...
    def tags(self, table: object, asked: Asked, beside: list[str] = ...) -> ArrowTable: ...
    def tagged(self, table: object, asked: Asked) -> ArrowTable: ...
    def tagged_stream(self, stream: object, asked: Asked) -> ArrowStream: ...

def demand_of_files(
    classifier: NativeClassifier, files: list[str], asked: dict[str, Any]
) -> tuple[ArrowTable, str]: ...
def demand_of_table(
    classifier: NativeClassifier, table: object, asked: dict[str, Any]
) -> tuple[ArrowTable, str]: ...
def _close() -> None: ...
def _forked() -> None: ...
