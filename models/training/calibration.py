"""How far the confidence of a map can be believed, and the temperature and bias that make it so.

Confidence is what the product writes: the winner's blended softmax score at full size.
"""

import numpy as np
import torch
import torch.nn.functional as F

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


def fit_calibration(scores, labels, prior_share=0.5):
    """Temperature and bias per class so that softmax((logits + bias) / temperature) has the least negative log-likelihood.

    scores: softmax of the plain logits, blended and at full size, [classes,H,W]; every third pixel both ways is looked at.
    Bias-corrected temperature scaling (Alexandari et al. 2020). The bias undoes the class weights of the loss but also learns how
    common each class is on this one tile, so only `prior_share` of it is kept.
    """
    known = labels[::3, ::3] != IGNORE
    logits = torch.from_numpy(np.log(np.maximum(scores[:, ::3, ::3][:, known], 1e-7)).T.copy())
    truth = torch.from_numpy(labels[::3, ::3][known].astype(np.int64))
    bias, sharpness = torch.zeros(len(scores), requires_grad=True), torch.zeros(1, requires_grad=True)
    search = torch.optim.LBFGS([bias, sharpness], max_iter=60)

    def loss():
        search.zero_grad()
        value = F.cross_entropy((logits + bias) * sharpness.exp(), truth)
        value.backward()
        return value

    search.step(loss)
    centred = (bias - bias.mean()).detach() * prior_share
    return float(1 / sharpness.detach().exp()), [float(value) for value in centred]
