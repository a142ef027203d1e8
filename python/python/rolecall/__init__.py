"""Reads job postings and says which of the twelve ONC health-IT workforce roles each one hires for.

    >>> import rolecall
    >>> classifier = rolecall.Classifier()
    >>> classifier.classify(title="EHR Trainer", text="Teach nurses in class.").role
    'trainer'

``Classifier.tag`` does the same for tables of pandas, Polars, PyArrow and DuckDB, ``rolecall.demand``
counts what was tagged. ``rolecall.spark``, ``rolecall.duckdb`` and ``rolecall.polars`` hold what is
particular to each of these; they are imported by name.
"""

import atexit
import os

from rolecall._classifier import Classifier, Role
from rolecall._demand import Demand, demand
from rolecall._rolecall import ArrowStream, ArrowTable, RolecallError, __version__, _close, _forked
from rolecall._tag import Evidence, Gate, Neighbour, RankedRole, Tag, TitleAlone

__all__ = [
    "ArrowStream",
    "ArrowTable",
    "Classifier",
    "Demand",
    "Evidence",
    "Gate",
    "Neighbour",
    "RankedRole",
    "Role",
    "RolecallError",
    "Tag",
    "TitleAlone",
    "__version__",
    "demand",
]

# A thread that is still tagging when Python ends would take the process down with it.
atexit.register(_close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
