"""Losses. Each takes logits [N,C,h,w] and labels [N,h,w] (IGNORE = not counted) and gives a scalar."""

import torch
import torch.nn.functional as F

from data import IGNORE

CLASS_WEIGHTS = (1.0, 0.8, 0.9, 1.5, 1.2)


def cross_entropy(logits, labels):
    """Weighted, with label smoothing 0.05: the hand-drawn masks are wrong in places and confidence in them should not be total."""
    return F.cross_entropy(logits, labels, logits.new_tensor(CLASS_WEIGHTS), ignore_index=IGNORE, label_smoothing=0.05)


def focal(logits, labels):
    """(1 - p)^2 times the weighted cross-entropy of each pixel."""
    each = F.cross_entropy(logits, labels, logits.new_tensor(CLASS_WEIGHTS), ignore_index=IGNORE, reduction="none")
    chance = logits.softmax(1).gather(1, labels.clamp(max=logits.shape[1] - 1).unsqueeze(1)).squeeze(1)
    return ((1 - chance) ** 2 * each)[labels != IGNORE].mean()


def dice(logits, labels):
    """1 - soft Dice over the whole batch, averaged over the classes that occur in it."""
    known = (labels != IGNORE).unsqueeze(1)
    truth = F.one_hot(labels.clamp(max=logits.shape[1] - 1), logits.shape[1]).permute(0, 3, 1, 2) * known
    chance = logits.softmax(1) * known
    shared, total, present = (chance * truth).sum((0, 2, 3)), (chance + truth).sum((0, 2, 3)), truth.sum((0, 2, 3)) > 0
    return (1 - (2 * shared + 1) / (total + 1))[present].mean() if present.any() else logits.sum() * 0


LOSSES = {
    "ce": cross_entropy,
    "focal": focal,
    "dice": dice,
    "ce+dice": lambda logits, labels: cross_entropy(logits, labels) + 0.3 * dice(logits, labels),
}
