"""Certified eigenvalues of a symmetric ball matrix.

Approximate eigenvectors Q (float64, then Jacobi rotations at the working precision) make B = Q^T A Q nearly
diagonal. Weyl bounds each eigenvalue of B by a sorted diagonal entry up to the norm of the rest, Ostrowski
carries that to A up to the factor by which Q fails to be orthogonal. Clusters and zeros need no special care,
which complex eigen-solvers for balls do not offer.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import arb, arb_mat, ctx


def symmetric_eigenvalues(a: Any) -> list[Any]:
    """All eigenvalues of a symmetric ball matrix (p x p), largest first, as balls that contain them.

    Only the symmetric part is used: (a + a^T) / 2 contains the matrix meant when a does.
    """
    p = a.nrows()
    if p == 0:
        return []
    if p == 1:
        return [a[0, 0]]
    q = _eigenvectors(a.mid())
    b = q.transpose() * a * q
    defect = _fro(q.transpose() * q - _identity(p)).upper()
    diagonal = sorted((b[i, i] for i in range(p)), key=lambda x: x.mid(), reverse=True)
    radius = _off_diagonal(b).upper() + max((x.rad() for x in diagonal), key=lambda r: r.upper())
    if not defect < arb(1) / 2 or not radius.is_finite():
        bound = _fro(a).upper()
        return [arb(0, bound)] * p
    # lambda_k(B) = theta_k lambda_k(A) with theta_k in [1 - defect, 1 + defect].
    theta = arb(1, defect)
    return [arb(x.mid(), radius) / theta for x in diagonal]


def _identity(p: int) -> Any:
    return arb_mat([[arb(int(i == j)) for j in range(p)] for i in range(p)])


def root(x: Any) -> Any:
    """Square root of a ball known to hold a nonnegative number; nan when it certainly holds none.

    Where the ball reaches zero the hull of [0, sqrt(upper end)] is taken: arb's own sqrt is nan there, and a ball
    for [0, x] itself dips below zero by rounding.
    """
    if x > 0 or x < 0 or not x.is_finite():
        return x.sqrt()
    return arb(0).union(x.upper().sqrt()) if x.upper() > 0 else arb(0)


def _fro(a: Any) -> Any:
    return root(sum((x * x for x in a.entries()), arb(0)))


def _off_diagonal(b: Any) -> Any:
    p = b.nrows()
    return root(sum((b[i, j] * b[i, j] for i in range(p) for j in range(p) if i != j), arb(0)))


def _eigenvectors(a: Any) -> Any:
    """Approximate orthogonal eigenvectors of the midpoint matrix at the working precision (no guarantee)."""
    p = a.nrows()
    scale = max((abs(x) for x in a.entries()), key=lambda x: x.mid())
    if not scale > 0:
        return _identity(p)
    start = np.array([[float((a[i, j] / scale).mid()) for j in range(p)] for i in range(p)])
    if not np.all(np.isfinite(start)):
        return _identity(p)
    q = arb_mat([[arb(float(x)) for x in row] for row in np.linalg.eigh((start + start.T) / 2)[1]])
    q = _orthogonalize(q)
    if ctx.prec > 53:
        work = (q.transpose() * a * q).mid()
        for _ in range(ctx.prec.bit_length() + 4):
            rotation = _jacobi_sweep(work)
            if rotation is None:
                break
            q = _orthogonalize((q * rotation).mid())
            work = (q.transpose() * a * q).mid()
    return q


def _orthogonalize(q: Any) -> Any:
    """q made orthogonal to working precision by Newton-Schulz steps (q is orthogonal to float64 already)."""
    p = q.nrows()
    for _ in range(ctx.prec.bit_length()):
        defect = _identity(p) - q.transpose() * q
        if _fro(defect).upper() < arb(2) ** (8 - ctx.prec):
            break
        q = (q + q * defect * arb(0.5)).mid()
    return q


def _jacobi_sweep(s: Any) -> Any:
    """One cyclic Jacobi sweep over a nearly diagonal matrix: the rotation found, None when nothing is left to do."""
    p = s.nrows()
    rows = [[s[i, j] for j in range(p)] for i in range(p)]
    r = [[arb(int(i == j)) for j in range(p)] for i in range(p)]
    scale = max((abs(rows[i][i]) for i in range(p)), key=lambda x: x.mid())
    small = (scale * arb(2) ** (4 - ctx.prec)).upper()
    moved = False
    for i in range(p - 1):
        for j in range(i + 1, p):
            off = rows[i][j]
            if abs(off) <= small:
                continue
            moved = True
            half = ((rows[j][j] - rows[i][i]) / 2).mid()
            radical = (half * half + off * off).sqrt().mid()
            tangent = (off / (half + radical if half >= 0 else half - radical)).mid()
            cosine = (1 / (1 + tangent * tangent).sqrt()).mid()
            sine = (tangent * cosine).mid()
            for k in range(p):
                x, y = rows[k][i], rows[k][j]
                rows[k][i], rows[k][j] = (cosine * x - sine * y).mid(), (sine * x + cosine * y).mid()
            for k in range(p):
                x, y = rows[i][k], rows[j][k]
                rows[i][k], rows[j][k] = (cosine * x - sine * y).mid(), (sine * x + cosine * y).mid()
                x, y = r[k][i], r[k][j]
                r[k][i], r[k][j] = (cosine * x - sine * y).mid(), (sine * x + cosine * y).mid()
    return arb_mat(r) if moved else None
