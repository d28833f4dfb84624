"""How far the confidence of a map can be believed, and the temperature that makes it so.

Confidence is what the product writes: the winner's blended softmax score at full size.
"""

import numpy as np
from scipy.optimize import minimize_scalar

from data import IGNORE


def reliability(scores, labels, bins=10):
    """Expected calibration error over equal bins, and a row per bin with pixels: its share, mean confidence and accuracy.

    scores [classes,H,W], labels [H,W]. Guo et al. 2017, "On Calibration of Modern Neural Networks".
    """
    known = labels != IGNORE
    confidence = scores.max(0)[known]
    right = scores.argmax(0)[known] == labels[known]
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    count = np.bincount(bin_of, minlength=bins)
    mean = lambda values: np.bincount(bin_of, values, minlength=bins) / np.maximum(count, 1)
    confident, accurate, share = mean(confidence), mean(right), count / count.sum()
    rows = [
        {"from": round(i / bins, 2), "to": round((i + 1) / bins, 2)}
        | {"share": round(float(share[i]), 4), "confidence": round(float(confident[i]), 4), "accuracy": round(float(accurate[i]), 4)}
        for i in range(bins)
        if count[i]
    ]
    return {"expectedCalibrationError": round(float((share * abs(confident - accurate)).sum()), 4), "bins": rows}


def fit_temperature(scores_at, labels):
    """Temperature with the least negative log-likelihood of the labelled pixels. scores_at: temperature -> scores [classes,H,W]."""
    known = labels != IGNORE
    truth = labels[known][None].astype(np.int64)

    def loss(temperature):
        chance = np.take_along_axis(scores_at(temperature)[:, known], truth, 0)
        return float(-np.log(np.maximum(chance, 1e-6)).mean())

    return float(minimize_scalar(loss, bounds=(0.5, 3), method="bounded", options={"xatol": 0.01}).x)
