"""Drawings of the figures, made with matplotlib where it is installed; line styles and markers carry the meaning."""

from __future__ import annotations

from verify.experiments.plots.drawing import draw

__all__ = ["draw"]
