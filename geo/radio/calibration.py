"""Calibration: comparison of a prediction with a drive test, and whether a correction helps.

A drive test gives the level measured at many points; the model gives its median there. Their
difference gives the error that all points share (the offset), the part that differs from site to
site, and the remaining spread (σ). The fit is robust: a tunnel or a wrong cell id must not move it.

Whether a correction helps is measured on points that were not used in the fit. Neighbouring points
of a drive are alike, so whole stretches are held out, never single points: otherwise every
correction would seem to help. Where it does not help, the result is no correction, and the reason.

A corrected prediction is a prediction: it stays "modelled", in a column of its own; the measured
levels stay where they are. Levels below what the receiver could hear are missing from a drive test,
so near its floor the measured mean is too high and the correction too optimistic.

References
----------
Huber, P. J. (1981), Robust Statistics, Wiley, sections 4.5 and 7.7: M-estimate of location, 1.345.
Robinson, G. K. (1991), That BLUP is a good thing, Statistical Science 6(1), 15-32,
doi:10.1214/ss/1177011926: shrunken offsets of sites.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import RangeError
from geo.sentence import Message, Several

#: Least number of points and of stretches: with σ 8 dB, 50 independent points give the offset to
#: ±2.2 dB (1.96 · 8/√50); fewer than 6 stretches leave nothing to hold out. Assumed.
MIN_POINTS, MIN_STRETCHES = 50, 6
#: Levels that a terminal can report [dBm]: SS-RSRP mapping, 3GPP TS 38.133, Table 10.1.6.1-1.
REPORTABLE_dBm = (-156.0, -31.0)
#: A gain below so many of its standard errors is chance.
_CERTAINTY = 2.0
#: Huber's constant: 95 % efficient on normal errors.
_HUBER = 1.345
#: Median absolute deviation to standard deviation of a normal distribution, 1/Φ⁻¹(3/4).
_MAD = 1.4826
#: Stretches that an order of points is cut into when none are given.
_CUTS = 20

#: Why no correction is applied.
REASONS = ("few_points", "few_stretches", "no_gain")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a correction was refused: a code of :data:`REASONS` and its two numbers."""

    key: str
    value: float
    limit: float


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Error on points not used in the fit [dB]: mean, mean absolute, root mean square."""

    bias_dB: float
    absolute_dB: float
    rms_dB: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Result of comparing a drive test with the predictions.

    Attributes
    ----------
    offset_dB
        To add to every prediction; 0 when refused.
    site_offset_dB
        (n_sites,) to add besides to predictions of that site; empty when the fit is global; 0 for
        sites without points.
    sigma_dB
        Spread around the fitted offset, also when it is refused: local shadowing and error of
        measuring.
    offset_error_dB
        Standard error of the offset, from stretch to stretch: the error that all villages still
        share (``common_sigma_dB`` of :class:`geo.radio.counts.PredictionSpread`).
    site_sigma_dB
        Spread from site to site, beyond chance; 0 for a global fit.
    points, left_out, stretches
        Points used, points without a prediction or level, and stretches.
    before, after
        Error on held-out points without and with the correction; None where it was not measured.
    reasons
        Why no correction is applied; empty when it is.
    """

    offset_dB: float
    site_offset_dB: NDArray[np.float64]
    sigma_dB: float
    offset_error_dB: float
    site_sigma_dB: float
    points: int
    left_out: int
    stretches: int
    before: HeldOut | None
    after: HeldOut | None
    reasons: tuple[Reason, ...] = ()

    @property
    def helps(self) -> bool:
        """Whether the correction may be applied."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class _Drive:
    """Points with level and prediction: error [dB], site, stretch (0 …), and how many sites."""

    error: NDArray[np.float64]
    site: NDArray[np.int64]
    piece: NDArray[np.int64]
    n_sites: int

    @property
    def n_pieces(self) -> int:
        return int(self.piece.max(initial=-1)) + 1


@dataclass(frozen=True, slots=True)
class _Fit:
    offset: float
    sites: NDArray[np.float64]
    site_sigma: float


def calibrate(
    measured_dBm: ArrayLike,
    predicted_dBm: ArrayLike,
    *,
    stretch: ArrayLike | None = None,
    site: ArrayLike | None = None,
    folds: int = 5,
) -> Calibration:
    """Fit offset and spread to a drive test and measure the gain on held-out stretches.

    Parameters
    ----------
    measured_dBm, predicted_dBm
        (n,) levels at the same points [dBm]; NaN in either leaves a point out.
    stretch
        (n,) number of the stretch, day or square that a point belongs to, any integers; without it
        the order of the points is cut into 20 pieces of equal length.
    site
        (n,) index of the serving site, 0 …; adds an offset of each site.
    folds
        How many parts the stretches are dealt into, 2–20.

    Returns
    -------
    calibration
        Offsets, spreads, held-out errors, and the reasons against a correction.

    Raises
    ------
    RangeError
        If the arrays do not fit or a level is not one that a terminal can report.

    Examples
    --------
    >>> draw = np.random.default_rng(1)
    >>> predicted = draw.uniform(-115, -80, 400)
    >>> found = calibrate(predicted - 6 + draw.normal(0, 8, 400), predicted)
    >>> found.helps, round(found.offset_dB)
    (True, -6)
    """
    measured, predicted = np.asarray(measured_dBm, float), np.asarray(predicted_dBm, float)
    n = len(measured)
    sites = np.zeros(n, np.int64) if site is None else np.asarray(site, np.int64)
    pieces = np.arange(n) * _CUTS // max(n, 1) if stretch is None else np.asarray(stretch, np.int64)
    _check(measured, predicted, sites, pieces, folds)
    kept = np.isfinite(measured) & np.isfinite(predicted)
    n_sites = 0 if site is None else int(sites.max(initial=-1)) + 1
    _, piece = np.unique(pieces[kept], return_inverse=True)
    return _calibrated(
        _Drive(measured[kept] - predicted[kept], sites[kept], piece, n_sites), n, folds
    )


def corrected_dBm(
    calibration: Calibration, predicted_dBm: ArrayLike, site: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Return predictions with the offset added: still modelled, never a measured column.

    Parameters
    ----------
    calibration
        From :func:`calibrate`.
    predicted_dBm
        (n,) [dBm]; NaN stays NaN.
    site
        (n,) index of the serving site, for a fit with offsets of sites; an index beyond those of
        the drive test gets the global offset alone.

    Returns
    -------
    level_dBm
        (n,) [dBm].

    Raises
    ------
    RangeError
        If the sites do not fit the predictions.
    """
    predicted = np.asarray(predicted_dBm, float)
    result = predicted + calibration.offset_dB
    if site is None or not len(calibration.site_offset_dB):
        return result
    index = np.asarray(site, np.int64)
    if index.shape != predicted.shape or (index < 0).any():
        raise RangeError("calibration.index", sites=index.shape, points=predicted.shape)
    offsets = calibration.site_offset_dB
    known = index < len(offsets)
    return np.asarray(result + np.where(known, offsets[np.where(known, index, 0)], 0.0))


def _calibrated(drive: _Drive, n: int, folds: int) -> Calibration:
    fit = _fit(drive.error, drive.site, drive.n_sites)
    before, after, reasons = _judge(drive, min(folds, drive.n_pieces))
    left = drive.error - (fit.offset if reasons else _correction(fit, drive.site))
    return Calibration(
        offset_dB=0.0 if reasons else fit.offset,
        site_offset_dB=np.zeros(drive.n_sites) if reasons else fit.sites,
        sigma_dB=_scale(left),
        offset_error_dB=_standard_error(left, drive.piece, drive.n_pieces),
        site_sigma_dB=fit.site_sigma,
        points=len(drive.error),
        left_out=n - len(drive.error),
        stretches=drive.n_pieces,
        before=before,
        after=after,
        reasons=reasons,
    )


def _fit(error: NDArray[np.float64], site: NDArray[np.int64], n_sites: int) -> _Fit:
    """Return the offset, and those of sites shrunk by how much chance is in them."""
    if not len(error):
        return _Fit(0.0, np.zeros(n_sites), 0.0)
    offset = _location(error)
    if n_sites == 0:
        return _Fit(offset, np.zeros(0), 0.0)
    left = error - offset
    count = np.bincount(site, minlength=n_sites).astype(float)
    own = np.array([_location(left[site == i]) if count[i] else 0.0 for i in range(n_sites)])
    seen = count > 0
    within = _scale(left - own[site])
    # Spread of the sites' offsets less the part that chance alone would give.
    chance = within**2 * float(np.mean(1 / count[seen]))
    between = max(0.0, _scale(own[seen]) ** 2 - chance) if seen.sum() > 1 else 0.0
    trust = between / np.maximum(between + within**2 / np.maximum(count, 1), 1e-12)
    return _Fit(offset, own * trust, float(np.sqrt(between)))


def _judge(drive: _Drive, folds: int) -> tuple[HeldOut | None, HeldOut | None, tuple[Reason, ...]]:
    """Return the error on held-out points without and with correction, and why to refuse."""
    error, site, piece, n_pieces = drive.error, drive.site, drive.piece, drive.n_pieces
    reasons = [
        Reason(key, have, need)
        for key, have, need in (
            ("few_points", len(error), MIN_POINTS), ("few_stretches", n_pieces, MIN_STRETCHES)
        )
        if have < need
    ]  # fmt: skip
    if folds < 2:  # one part leaves nothing to learn from
        return None, None, tuple(reasons)
    # Dealt by a fixed shuffle: neighbours of a drive go to different parts.
    part = np.random.default_rng(n_pieces).permutation(n_pieces)[piece] % folds
    left = np.empty_like(error)
    for fold in range(folds):
        out = part == fold
        left[out] = error[out] - _correction(
            _fit(error[~out], site[~out], drive.n_sites), site[out]
        )
    gain = np.abs(error) - np.abs(left)
    mean, chance = float(gain.mean()), _CERTAINTY * _standard_error(gain, piece, n_pieces)
    if not reasons and not mean > max(chance, 0.0):
        reasons.append(Reason("no_gain", mean, chance))
    return _held_out(error), _held_out(left), tuple(reasons)


def _correction(fit: _Fit, site: NDArray[np.int64]) -> NDArray[np.float64]:
    return fit.offset + (fit.sites[site] if len(fit.sites) else np.zeros(len(site)))


def _location(values: NDArray[np.float64]) -> float:
    """Return Huber's estimate of location."""
    centre, scale = float(np.median(values)), _scale(values)
    if scale == 0:
        return centre
    for _ in range(50):
        apart = np.abs(values - centre)
        weight = np.minimum(1.0, _HUBER * scale / np.maximum(apart, 1e-12))
        moved = float((weight * values).sum() / weight.sum())
        if abs(moved - centre) < 1e-9:
            return moved
        centre = moved
    return centre


def _scale(values: NDArray[np.float64]) -> float:
    """Return the standard deviation by the median absolute deviation."""
    return float(_MAD * np.median(np.abs(values - np.median(values)))) if len(values) else 0.0


def _standard_error(values: NDArray[np.float64], piece: NDArray[np.int64], n_pieces: int) -> float:
    """Return the standard error of the mean from stretch to stretch; NaN for fewer than two."""
    if n_pieces < 2:
        return float("nan")
    count = np.bincount(piece, minlength=n_pieces)
    # Sums of deviations by stretch: right for stretches of unequal length.
    sums = np.bincount(piece, values - values.mean(), n_pieces)
    return float(np.sqrt((sums**2).sum() * n_pieces / (n_pieces - 1)) / count.sum())


def _held_out(error: NDArray[np.float64]) -> HeldOut:
    return HeldOut(
        float(error.mean()), float(np.abs(error).mean()), float(np.sqrt((error**2).mean()))
    )


def _check(
    measured: NDArray[np.float64],
    predicted: NDArray[np.float64],
    site: NDArray[np.int64],
    piece: NDArray[np.int64],
    folds: int,
) -> None:
    faults = []
    if measured.ndim != 1 or not measured.shape == predicted.shape == site.shape == piece.shape:
        faults.append(
            Message("fault_radio.shapes", {
                "measured": measured.shape, "predicted": predicted.shape, "sites": site.shape,
                "stretches": piece.shape,
            })
        )  # fmt: skip
    if len(site) and site.min() < 0:
        faults.append(Message("fault_radio.site_index"))
    if not 2 <= folds <= 20:
        faults.append(Message("fault_radio.folds", {"folds": folds}))
    low, high = REPORTABLE_dBm
    wrong = (measured < low) | (measured > high)
    if wrong.any():
        given = {"count": wrong.sum(), "first": measured[wrong][0], "low": low, "high": high}
        faults.append(Message("fault_radio.levels", given))
    if np.isinf(predicted).any():
        faults.append(Message("fault_radio.infinite_prediction"))
    if faults:
        raise RangeError("calibration.values", faults=Several((*faults,)))
