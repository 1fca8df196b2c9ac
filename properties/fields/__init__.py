"""Three number fields with one protocol: float64 proposes, balls decide inequalities, rationals decide equalities.

`Float64` works on NumPy arrays whose leading axis is a batch and is never conclusive. `Ball(bits)` works on
python-flint balls: a comparison is True or False only when certain, None otherwise. `Exact(bits)` keeps
rationals while the value is rational and falls back to balls where it is not.
"""

from properties.fields.ball import Ball
from properties.fields.exact import Exact
from properties.fields.field import Field
from properties.fields.float64 import Float64

__all__ = ["Ball", "Exact", "Field", "Float64"]
