"""Says which role a posting hires for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from rolecall._asked import Asked
from rolecall._rolecall import NativeClassifier, RolecallError
from rolecall._tables import adapt
from rolecall._tag import Tag

Table = TypeVar("Table")


@dataclass(frozen=True)
class Role:
    """One of the things a posting can hire for."""

    #: The id, such as ``implementation-manager``.
    id: str
    #: The official name.
    name: str
    #: The id of its tier.
    tier: str
    #: The heading of the tier.
    tier_name: str
    #: The official description; bullets are lines that start with ``- ``.
    description: str


class Classifier:
    """Says which role a posting hires for.

    Building one takes some milliseconds. It can be shared between threads, and pickled: another
    process builds its own.

    Args:
        corpus: A folder with a taxonomy of your own; ONC's roles if not given.
        min_confidence: A role is the answer only with at least this confidence, 0 to 1.
        prevalence: The share of postings in scope in the mix at hand, more than 0 and less than 1;
            that of job boards if not given.

    Raises:
        RolecallError: If the corpus is invalid.
    """

    def __init__(
        self,
        corpus: str | os.PathLike[str] | None = None,
        *,
        min_confidence: float = 0.0,
        prevalence: float | None = None,
    ) -> None:
        self._arguments = (
            None if corpus is None else os.fspath(corpus),
            min_confidence,
            prevalence,
        )
        self._native = NativeClassifier(*self._arguments)

    def __reduce__(
        self,
    ) -> tuple[object, tuple[str | None, float, float | None]]:
        return _rebuilt, self._arguments

    def __repr__(self) -> str:
        return f"<rolecall.Classifier: {self.taxonomy}, {len(self.roles)} roles>"

    @property
    def taxonomy(self) -> str:
        """The name of the taxonomy, which the names of tag columns start with: ``onc``."""
        return self._native.taxonomy

    @property
    def corpus_hash(self) -> str:
        """The fingerprint of the corpus: equal ones give equal answers."""
        return self._native.corpus_hash

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles in taxonomy order."""
        return tuple(Role(**role) for role in self._native.roles)

    def classify(
        self, title: str | None = None, text: str | None = None, *, employer: str | None = None
    ) -> Tag:
        """Classifies one posting.

        Args:
            title: The job title. Without one, a short first line of the text is taken for it.
            text: The posting's text, plain or HTML.
            employer: Who hires: general words of the name, such as ``Hospital``, tell what the text
                may leave out.

        Raises:
            RolecallError: If there is neither a title nor a text.

        >>> Classifier().classify("EHR Trainer", "Teach nurses in class.").role
        'trainer'
        """
        for name, value in (("title", title), ("text", text), ("employer", employer)):
            if value is not None and not isinstance(value, str):
                raise TypeError(f"{name}: expected a str, found {type(value).__name__}")
        try:
            return Tag._of(self._native.classify(title, text or "", employer or ""))
        except UnicodeEncodeError as error:
            raise RolecallError(f"the posting is no valid Unicode text: {error.reason}") from error

    def tag(
        self,
        table: Table,
        title: str | None = None,
        text: str | Sequence[str] | None = None,
        *,
        employer: str | None = None,
        prefix: str | None = None,
        threads: int | None = None,
    ) -> Table:
        """Tags the rows of a table and returns a table of the same kind.

        Of n rows and k columns come n rows, in the same order, and k + 10 columns: those that were
        there, untouched, and ``onc_role``, ``onc_tier`` (text), ``onc_confidence``, ``onc_scope``
        (numbers, 0 to 1), ``onc_closest_role``, ``onc_score``, ``onc_second_role``,
        ``onc_second_score``, ``onc_evidence`` and ``onc_basis``. They are what ``rolecall tag``
        writes, to the byte. A null is an empty text; where a row has neither title nor text,
        ``onc_role`` is ``none`` and so is ``onc_basis``.

        Texts are read where they are, if they are Arrow data: PyArrow's, Polars', and pandas'
        strings on PyArrow. Other strings of pandas are converted, a few hundred rows at a time.

        Args:
            table: A ``pandas.DataFrame``, ``polars.DataFrame``, ``pyarrow.Table``,
                ``pyarrow.RecordBatch``, ``pyarrow.RecordBatchReader`` (tagged as it is read), DuckDB
                relation, or any object with ``__arrow_c_stream__``, of which a ``rolecall.ArrowTable``
                is made.
            title: The column of the job title; ``-`` if there is none. Found by name and content
                if not given.
            text: The column or columns of the text, likewise.
            employer: The column of the employer's name, likewise by its name; ``-`` if there is none.
            prefix: What the names of the new columns start with; the taxonomy's name if not given.
            threads: Threads that tag; all cores if not given. The result does not depend on it.

        Raises:
            RolecallError: If a column is missing, holds no text, or is there already.
            TypeError: If it is no table.
        """
        adapter = adapt(table)
        asked = self._asked(adapter.sample, title, text, employer, prefix, threads)
        tagged: Table = adapter.tag(self._native, asked)
        return tagged

    def detect(
        self, table: object, title: str | None = None, text: str | Sequence[str] | None = None
    ) -> tuple[str | None, list[str]]:
        """Returns the names of the columns that ``tag`` would read: the title's, and the text's.

        A stream that can be read only once (a ``RecordBatchReader``) is used up by it.
        """
        title_column, text_columns, _, names = self._found(adapt(table).sample, title, text, None)
        return (
            None if title_column is None else names[title_column],
            [names[column] for column in text_columns],
        )

    def _asked(
        self,
        sample: object,
        title: str | None,
        text: str | Sequence[str] | None,
        employer: str | None = None,
        prefix: str | None = None,
        threads: int | None = None,
    ) -> Asked:
        if threads is not None and threads < 1:
            raise ValueError(f"threads: expected at least 1, found {threads}")
        title_column, text_columns, employer_column, _ = self._found(sample, title, text, employer)
        return Asked(title_column, text_columns, employer_column, prefix, threads)

    def _found(
        self,
        sample: object,
        title: str | None,
        text: str | Sequence[str] | None,
        employer: str | None,
    ) -> tuple[int | None, list[int], int | None, list[str]]:
        texts = [text] if isinstance(text, str) else text or ()
        for argument, names in (
            ("title", [title] if title is not None else []),
            ("text", texts),
            ("employer", [employer] if employer is not None else []),
        ):
            if not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
                raise TypeError(f"{argument}: expected the name of a column, found {names!r}")
        return self._native.detect(sample, title, list(texts), employer)


def _rebuilt(corpus: str | None, min_confidence: float, prevalence: float | None) -> Classifier:
    return Classifier(corpus, min_confidence=min_confidence, prevalence=prevalence)
