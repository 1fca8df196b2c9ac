"""The launcher: shadowed packages are named, the API is lazy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import localpl

ROOT = Path(localpl.__file__).resolve().parent


def test_nothing_shadows_our_packages_here():
    assert localpl.shadowed() == []


@pytest.mark.parametrize("name", ["theorems", "properties", "verify"])
def test_a_foreign_package_is_named_in_one_line(tmp_path: Path, name: str):
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text("raise RuntimeError('foreign code ran')")
    code = f"import sys; sys.path[:0] = {[str(tmp_path), str(ROOT)]}; import localpl; sys.argv = ['x']; localpl.main()"
    run = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    assert run.returncode == 2
    assert len(run.stderr.splitlines()) == 1
    assert str(tmp_path / name) in run.stderr and "shadows" in run.stderr


def test_a_missing_package_is_named(tmp_path: Path):
    (tmp_path / "localpl.py").write_text((ROOT / "localpl.py").read_text())
    path = f"import sys; sys.path[:0] = {[str(tmp_path)]}; import localpl; "
    code = path + "localpl._PACKAGES = ('no_such_one',); localpl.main()"
    run = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    assert run.returncode == 2
    assert "missing" in run.stderr and len(run.stderr.splitlines()) == 1


def test_unknown_names_say_what_there_is():
    with pytest.raises(AttributeError, match="it offers"):
        _ = localpl.no_such_thing


def test_every_public_name_loads():
    for name in localpl._API:
        assert getattr(localpl, name) is not None
