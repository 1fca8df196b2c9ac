"""Every wrong loss is caught with what is wrong named in one line; right losses raise no finding."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from properties.black_box import wrap
from verify.losses.assumption_check import check_loss


def _losses() -> Any:
    spec = importlib.util.spec_from_file_location("wrong_losses", Path(__file__).with_name("wrong_losses.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


LOSSES = _losses()


def test_there_are_at_least_twenty() -> None:
    assert len(LOSSES.WRONG) >= 20


@pytest.mark.parametrize(("make", "what", "word"), LOSSES.WRONG, ids=lambda p: getattr(p, "__name__", None))
def test_what_is_wrong_is_named_in_one_line(make: Any, what: str, word: str) -> None:
    found = check_loss(wrap(make()))
    assert found, f"{make.__name__}: nothing found"
    assert found[0].what == what
    assert word in found[0].line
    assert "\n" not in found[0].line and len(found[0].line) < 200


@pytest.mark.parametrize("make", LOSSES.RIGHT, ids=lambda p: p.__name__)
@pytest.mark.parametrize("seed", range(3))
def test_right_losses_raise_no_finding(make: Any, seed: int) -> None:
    assert check_loss(wrap(make()), seed=seed) == []


def test_findings_repeat_by_seed() -> None:
    first, second = (check_loss(wrap(LOSSES.SmallK()), seed=4) for _ in range(2))
    assert first == second
