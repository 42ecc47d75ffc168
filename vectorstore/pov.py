"""Points of view, and how any number of them folds into one query vector.

With unit vectors q (question), p_j (point of view j), d (chunk) and λ = `pov_weight`:

    score(d) = (1-λ)·q·d + λ·Σ_j ŵ_j·(p_j·d) = [(1-λ)·q + λ·Σ_j ŵ_j·p_j]·d,   ŵ_j = w_j / Σ|w_j|

so the exact top k over a whole corpus costs one plain search. This module is arithmetic only: it knows
no embedding model, no index and no text beyond the checks of `POV`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vectorstore.errors import POVError
from vectorstore.text.letters import is_seen

Aggregate = Literal["sum", "max"]

# Two statements whose unit vectors are nearer than this have no direction between them, only rounding.
SMALLEST_DIRECTION = 1e-4


@dataclass(frozen=True)
class POV:
    """One point of view.

    Args:
        text: the view, as a passage would argue it.
        weight: its weight relative to other views; negative pushes away from `text`.
        against: the opposite statement; the view is then the direction from `against` to `text`.

    Raises:
        POVError: empty text, a weight of 0 or not finite, or `against` equal to `text`.
    """

    text: str
    weight: float = 1.0
    against: str | None = None

    def __post_init__(self) -> None:
        """Reject what could only give a meaningless search."""
        _require_text(self.text, "text")
        if not isinstance(self.weight, int | float) or isinstance(self.weight, bool):
            raise POVError(f"POV weight {self.weight!r} of {self.text!r} is not a number. Use e.g. weight=1.0.")
        if not math.isfinite(self.weight):
            raise POVError(f"POV weight {self.weight!r} of {self.text!r} is not finite. Use e.g. weight=1.0.")
        if self.against is None:
            return
        _require_text(self.against, "against")
        if self.against.strip() == self.text.strip():
            raise POVError(f"POV {self.text!r} is against itself. Give `against` the opposite statement.")


def _require_text(value: object, field: str) -> None:
    if not isinstance(value, str) or not is_seen(value):
        raise POVError(f"POV {field} {value!r} is empty. Write the view as a sentence, e.g. POV('Trade brings peace').")


def check_pov_weight(pov_weight: float) -> float:
    """Return λ as a float, or raise POVError if it is not a number from 0 to 1."""
    if isinstance(pov_weight, bool) or not isinstance(pov_weight, int | float) or not 0 <= pov_weight <= 1:
        raise POVError(f"pov_weight {pov_weight!r} is not a number from 0 (question only) to 1 (views only).")
    return float(pov_weight)


_TINY = 1e-140  # the square of a shorter length loses digits in float64


def unit(vectors: ArrayLike) -> NDArray[np.float64]:
    """Scale vectors of shape (..., d) to length 1; a zero vector stays zero."""
    array = np.asarray(vectors, dtype=np.float64)
    length = np.linalg.norm(array, axis=-1, keepdims=True)
    if np.any((length < _TINY) & (np.abs(array).max(axis=-1, keepdims=True, initial=0.0) > 0)):
        # Squares of such numbers underflow: bring them near 1 first.
        array = array / np.maximum(np.abs(array).max(axis=-1, keepdims=True), np.finfo(np.float64).smallest_subnormal)
        length = np.linalg.norm(array, axis=-1, keepdims=True)
    return np.asarray(array / np.where(length > 0, length, 1.0))


def direction(text: ArrayLike, against: ArrayLike) -> NDArray[np.float64]:
    """Return the unit vector (d,) from `against` to `text`; POVError when the two coincide."""
    difference = unit(text) - unit(against)
    if np.linalg.norm(difference) < SMALLEST_DIRECTION:
        raise POVError("`against` means the same as the POV's text to this embedding model. Reword one of them.")
    return unit(difference)


def coefficients(weights: Sequence[float], pov_weight: float, aggregate: Aggregate = "sum") -> NDArray[np.float64]:
    """Return the factors of [q·d, p_1·d, ... p_m·d] as rows (r, 1+m); a chunk's score is its largest row.

    "sum" gives the one row of the formula above. "max" gives one row a view, so that a chunk counts by the
    single view that it serves best; there ŵ_j = w_j / max|w|, so that equal weights mean 1.
    Without views nothing can be weighed in and λ counts as 0.

    Raises:
        POVError: every weight is zero, or λ outside 0 to 1.
    """
    share = check_pov_weight(pov_weight)
    if aggregate not in ("sum", "max"):
        raise POVError(f"aggregate {aggregate!r} is unknown. Use 'sum' or 'max'.")
    if not len(weights):
        return np.ones((1, 1))
    signed = np.asarray(weights, dtype=np.float64)
    size = np.abs(signed)
    if not size.any():
        raise POVError(f"All {len(signed)} POV weights are 0, so no view is left. Give one of them a weight.")
    if aggregate == "sum":
        return np.concatenate([[1 - share], share * (signed / size.sum())])[None, :]
    return np.hstack([np.full((len(signed), 1), 1 - share), share * np.diag(signed / size.max())])


def fold(question: ArrayLike, povs: ArrayLike, weights: Sequence[float], pov_weight: float) -> NDArray[np.float64]:
    """Fold a question (d,) and m views (m, d) into the one query vector (d,) of the formula above."""
    row = coefficients(weights, pov_weight)[0]
    basis = np.vstack([np.atleast_2d(np.asarray(question, np.float64)), np.reshape(povs, (-1, np.size(question)))])
    return np.asarray(row @ basis)
