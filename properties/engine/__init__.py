"""Gradient descent without width: compressed state, carried residual, every quantity of the theorems at each step.

`start` compresses problems of any width, `descend` runs a batch of them under a schedule and returns a `Record`,
`certified_trajectory` encloses a run in balls. Formulas of the paper are evaluated from `theorems`, never rewritten.
"""

from properties.engine.certified import certified_trajectory
from properties.engine.compress import compress
from properties.engine.formula import Formula, formula
from properties.engine.initial import Initial
from properties.engine.iterate import Iterate
from properties.engine.record import Record
from properties.engine.residual_loss import Entrywise, OnProduct, ResidualLoss, Squared
from properties.engine.run import descend, descend_plain
from properties.engine.setup import Setup, start

__all__ = [
    "Entrywise",
    "Formula",
    "Initial",
    "Iterate",
    "OnProduct",
    "Record",
    "ResidualLoss",
    "Setup",
    "Squared",
    "certified_trajectory",
    "compress",
    "descend",
    "descend_plain",
    "formula",
    "start",
]
