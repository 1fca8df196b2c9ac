"""Hypothesis profiles of localpl, every field set so that no other profile or environment leaks in."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, Verbosity, settings

_EXAMPLES = {"localpl-quick": 25, "localpl-ci": 100, "localpl-deep": 2000}


def register() -> None:
    """Register localpl-quick, localpl-ci and localpl-deep with Hypothesis; load none of them."""
    for name, examples in _EXAMPLES.items():
        settings.register_profile(
            name,
            max_examples=examples,
            derandomize=name != "localpl-deep",
            database=None,
            verbosity=Verbosity.normal,
            phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.target, Phase.shrink),
            stateful_step_count=50,
            report_multiple_bugs=False,
            suppress_health_check=(HealthCheck.too_slow, HealthCheck.filter_too_much),
            deadline=None,
            print_blob=False,
            backend="hypothesis",
        )
