"""What the repository promises about itself: package lists, direction of imports, a light launcher, docstrings."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ORDER = {"theorems": 0, "properties": 1, "verify": 2}
SOURCES = sorted(path for name in ORDER for path in (ROOT / name).rglob("*.py"))
HEAVY = {"sympy", "numpy", "hypothesis", "flint", "mpmath", "rich", "matplotlib", "scipy"}


def _project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _imports(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def test_the_listed_packages_are_the_tree():
    listed = _project()["tool"]["setuptools"]["packages"]
    tree = sorted(
        ".".join(path.parent.relative_to(ROOT).parts) for name in ORDER for path in (ROOT / name).rglob("__init__.py")
    )
    assert sorted(listed) == tree
    folders = {path.parent for path in SOURCES}
    assert all((folder / "__init__.py").exists() for folder in folders)


def test_doctor_knows_the_dependencies_that_are_declared():
    from verify.commands.doctor import REQUIRED

    assert sorted(name + rule for name, rule in REQUIRED.items()) == sorted(_project()["project"]["dependencies"])


def test_one_version_everywhere():
    import localpl
    from verify.cli import VERSION

    version = _project()["project"]["version"]
    assert localpl.__version__ == VERSION == version
    assert f"version: {version}" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_run_one_way(path: Path):
    rank = ORDER[path.relative_to(ROOT).parts[0]]
    wrong = {name for name in _imports(ast.parse(path.read_text(encoding="utf-8"))) if ORDER.get(name, 0) > rank}
    assert not wrong


@pytest.mark.parametrize(
    "path", [p for p in SOURCES if p.is_relative_to(ROOT / "theorems")], ids=lambda p: str(p.relative_to(ROOT))
)
def test_theorems_hold_no_numbers(path: Path):
    assert not _imports(ast.parse(path.read_text(encoding="utf-8"))) & (HEAVY - {"sympy"})


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_public_functions_and_methods_have_docstrings(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "module docstring"
    public = [
        node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]
    methods = [
        node
        for owner in public
        if isinstance(owner, ast.ClassDef)
        for node in owner.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]
    bare = [node.name for node in [*public, *methods] if not ast.get_docstring(node)]
    assert not bare


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_functions_fit_on_a_screen(path: Path):
    long = [
        node.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > 60
    ]
    assert not long


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_text_never_reaches_python(path: Path):
    called = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not called & {"eval", "exec", "parse_expr"}


@pytest.mark.parametrize(
    "arguments", [["localpl.py", "--help"], ["-c", "import localpl"], ["-m", "verify", "--version"]]
)
def test_the_launcher_imports_nothing_heavy(arguments: list[str]):
    run = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in run.stderr.splitlines()}
    assert "localpl" in loaded or "verify" in loaded
    assert not loaded & HEAVY
