"""From a network's answers to a map and its scores, as the product does it.

Overlapping chips, Hann-blended softmax scores at the model's stride, bilinear up to full size, argmax; every labelled pixel.
"""

import numpy as np
import torch
import torch.nn.functional as F

from data import CLASSES, IGNORE


def ramp(chip, overlap, at, count):
    """Weights of the chip number `at` of `count`, [chip] cells: Hann ramps where another chip overlaps it, whose weights add up to 1."""
    weight = np.ones(chip, np.float32)
    rise = np.sin(np.pi / 2 * (np.arange(overlap) + 0.5) / overlap) ** 2
    if at > 0:
        weight[:overlap] = rise
    if at < count - 1:
        weight[chip - overlap :] = 1 - rise
    return weight


def blended_scores(predict, image, chip=512, overlap=64, stride=4):
    """Scores float32 [classes,ceil(H/stride),ceil(W/stride)] of a whole image [H,W,3].

    predict: uint8 [1,chip,chip,3] -> softmax float32 [1,classes,chip/stride,chip/stride]. The lattice is the product's
    (src/tiler/chip-plan.ts): the first chip begins at the first pixel, and the image is reflected as far as the last one reaches.
    """
    step = chip - overlap
    counts = [max(1, -(-(size - overlap) // step)) for size in image.shape[:2]]
    ends = [(count - 1) * step + chip - size for count, size in zip(counts, image.shape[:2])]
    padded = np.pad(image, ((0, ends[0]), (0, ends[1]), (0, 0)), mode="reflect")
    total = np.zeros((len(CLASSES), padded.shape[0] // stride, padded.shape[1] // stride), np.float32)
    for row in range(counts[0]):
        for col in range(counts[1]):
            y, x = row * step, col * step
            scores = predict(padded[None, y : y + chip, x : x + chip])[0]
            down, across = (ramp(chip // stride, overlap // stride, at, count) for at, count in zip((row, col), counts))
            total[:, y // stride : (y + chip) // stride, x // stride : (x + chip) // stride] += scores * down[:, None] * across
    rows, cols = (-(-size // stride) for size in image.shape[:2])
    return total[:, :rows, :cols]


def full_size(scores, height, width, stride=4):
    """Scores [classes,height,width] of cells at a pixel's size: bilinear with half-pixel centres."""
    grown = F.interpolate(torch.from_numpy(scores)[None], scale_factor=stride, mode="bilinear", align_corners=False)
    return grown[0, :, :height, :width].numpy()


def labels_of(scores):
    """Class ids uint8 [height,width]."""
    return scores.argmax(0).astype(np.uint8)


def confusion(predicted, labels):
    """Pixels [truth,predicted] among the labelled ones."""
    known = labels != IGNORE
    size = len(CLASSES)
    return np.bincount(labels[known].astype(np.int64) * size + predicted[known], minlength=size * size).reshape(size, size)


def scores_of(matrix):
    """The `metrics` figures of a model card from a confusion matrix in pixels: rows = truth, columns = predicted."""
    hit, truth, found = np.diag(matrix), matrix.sum(1), matrix.sum(0)
    iou = hit / (truth + found - hit)
    ratios = lambda index: {"iou": iou[index], "precision": hit[index] / max(found[index], 1), "recall": hit[index] / truth[index]}
    rounded = lambda figures: {key: round(float(value), 4) for key, value in figures.items()}
    return {
        "pixels": int(matrix.sum()),
        "meanIoU": round(float(iou.mean()), 4),
        "pixelAccuracy": round(float(hit.sum() / matrix.sum()), 4),
        "perClass": {name: rounded(ratios(index)) for index, name in enumerate(CLASSES)},
        "confusion": matrix.tolist(),
    }


def evaluate(predict, tiles, stride=4, chip=512, overlap=64):
    """Confusion matrix over (image, labels) pairs."""
    predicted = (full_size(blended_scores(predict, image, chip, overlap, stride), *labels.shape, stride) for image, labels in tiles)
    return sum(confusion(labels_of(found), labels) for found, (_, labels) in zip(predicted, tiles))
