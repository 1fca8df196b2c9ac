"""Drawings of the figures, made with matplotlib where it is installed."""
