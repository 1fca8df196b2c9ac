"""Statements of the paper; `STATEMENTS` lists them."""

from __future__ import annotations

from theorems.statement import Statement

STATEMENTS: tuple[Statement, ...] = ()
