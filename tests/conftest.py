"""Hypothesis profiles for the whole suite: localpl-ci unless --hypothesis-profile names another."""

from __future__ import annotations

import pytest
from hypothesis import settings

from properties import profiles


def pytest_configure(config: pytest.Config) -> None:
    """Register the profiles and load the default one."""
    profiles.register()
    settings.load_profile(config.getoption("--hypothesis-profile", default=None) or "localpl-ci")
