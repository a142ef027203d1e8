"""The modules of the package import each other in one direction only."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from graphlib import CycleError, TopologicalSorter
from importlib.util import resolve_name
from itertools import pairwise
from pathlib import Path

import pytest

from conftest import ROOT


def test_no_module_imports_itself_by_way_of_others() -> None:
    found = circle(graph(ROOT / "python" / "python" / "rolecall"))
    assert not found, " imports ".join(found)


@pytest.mark.parametrize(
    "back",
    [
        "import shop.till",
        "import shop.till as till",
        "from shop import till",
        "from shop.till import pay",
        "from shop.till import *",
        "from . import till",
        "from .till import pay",
        # By way of the package, which imports the till.
        "from shop import pay",
        "def price():\n    from shop.till import pay",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from shop.till import pay",
    ],
)
@pytest.mark.parametrize("ending", ["py", "pyi"])
def test_a_circle_is_found_and_named(tmp_path: Path, back: str, ending: str) -> None:
    shop = tmp_path / "shop"
    (shop / "shelf").mkdir(parents=True)
    (shop / "__init__.py").write_text("from shop.till import pay")
    (shop / "till.py").write_text("from shop.shelf.milk import price")
    (shop / "shelf" / "__init__.py").write_text("from shop.shelf.milk import price")
    milk = shop / "shelf" / f"milk.{ending}"
    milk.write_text("import os")
    assert circle(graph(shop)) == []
    milk.write_text(back.replace("from .", "from .."))
    found = circle(graph(shop))
    assert found[0] == found[-1]
    assert {"shop.till", "shop.shelf.milk"} <= set(found) <= {"shop", "shop.till", "shop.shelf.milk"}
    for module, imported in pairwise(found):
        assert imported in graph(shop)[module]


def circle(imports: dict[str, list[str]]) -> list[str]:
    """Returns modules of which each imports the next, and the last is the first; nothing if there are none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        # It names what is imported before what imports it.
        return list(reversed(error.args[1]))
    return []


def graph(package: Path) -> dict[str, list[str]]:
    """Returns what each module of a package imports of the package, wherever in its file it does so."""
    files = [*package.rglob("*.py"), *package.rglob("*.pyi")]
    names = {file: _name(file, package) for file in sorted(files)}
    found: dict[str, set[str]] = {name: set() for name in names.values()}
    for file, name in names.items():
        folder = _name(file.with_name("__init__.py"), package)
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            found[name].update(_imported(node, folder, found))
    return {name: sorted(imported & found.keys()) for name, imported in found.items()}


def _name(file: Path, package: Path) -> str:
    """Returns the name by which a file is imported."""
    *folders, stem = file.relative_to(package.parent).with_suffix("").parts
    return ".".join(folders if stem == "__init__" else [*folders, stem])


def _imported(node: ast.AST, folder: str, modules: Collection[str]) -> Iterator[str]:
    """Returns what a statement imports. A package that Python runs on the way to its module is not
    counted: each module would import the packages that it is in."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        origin = resolve_name("." * node.level + (node.module or ""), folder)
        for alias in node.names:
            member = f"{origin}.{alias.name}"
            yield member if member in modules else origin
