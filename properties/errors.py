"""The errors a user can cause or must hear of, each one clear line."""

from __future__ import annotations


class InputError(ValueError):
    """Bad input: `argument = value: the rule broken; what to write instead`. The command exits with 2."""


class RefutedClaim(InputError):
    """A constant that the user declared is refuted by exact points. The command exits with 1."""


class MissingBackend(RuntimeError):
    """An optional package that this request needs is not installed; says how to install it. Exit code 3."""


class LimitReached(RuntimeError):
    """A stated limit (precision, steps, time) was reached before the answer was certain. Exit code 4."""
