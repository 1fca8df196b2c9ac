"""Verdicts: who may say what, and why anyone should believe it."""
