"""rolecall on Spark, by ``mapInArrow``: Spark distributes, each Python worker tags its rows.

rolecall must be installed on every worker, and so must PyArrow. ``python -m rolecall.spark`` tags
folders.
"""

from rolecall.spark._tag import TAG_FIELDS, detect, tag

__all__ = ["TAG_FIELDS", "detect", "tag"]
