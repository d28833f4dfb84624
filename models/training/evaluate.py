"""Measure a model on the validation tile as the product runs it, and write the figures into its card.

Accuracy at native resolution without flips, how far the confidence can be believed (calibration.py), and what changed pictures
cost (robustness.py).
"""

import argparse
import json
from datetime import date
from pathlib import Path

import numpy as np
import onnxruntime

from calibration import reliability
from data import CLASSES, VALIDATION_TILES, load_tile
from robustness import robustness
from scoring import blended_scores, confusion, full_size, labels_of, scores_of


def flipped_scores(predict):
    """As `predict`, the mean over the chip and its three mirrorings."""
    mirror = lambda array, axes: np.ascontiguousarray(np.flip(array, axes))
    ways = [((), ()), ((2,), (3,)), ((1,), (2,)), ((1, 2), (2, 3))]
    return lambda chips: sum(np.flip(predict(mirror(chips, shown)), back) for shown, back in ways) / len(ways)


BLOCK = 256  # px; mistakes further apart than this are taken as independent of each other


def confusion_of_blocks(found, labels):
    """Confusion matrices of the blocks of a map, [blocks,truth,predicted]."""
    starts = [(y, x) for y in range(0, labels.shape[0], BLOCK) for x in range(0, labels.shape[1], BLOCK)]
    return np.stack([confusion(found[y : y + BLOCK, x : x + BLOCK], labels[y : y + BLOCK, x : x + BLOCK]) for y, x in starts])


def opened(folder):
    """The card of a model, and a function from uint8 [1,chip,chip,3] to its scores."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # an 8-bit graph keeps constants that nothing uses
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
    return json.loads((folder / "model.json").read_text()), lambda chips: session.run(["scores"], {"image": chips})[0]


def mapped(predict, picture, card):
    """Scores [classes,H,W] of a picture [H,W,3]."""
    stride = card["output"]["stride"]
    return full_size(blended_scores(predict, picture, card["chip"], card["overlap"], stride), *picture.shape[:2], stride)


def design_effects(found, labels):
    """Per predicted class, how many times the variance of its precision exceeds that of as many independent pixels (Kish 1965,
    blocks as clusters, ratio estimator), at least 1: neighbouring pixels are right or wrong together. None where undefined."""
    blocks = confusion_of_blocks(found, labels)
    hits, predicted = np.diagonal(blocks, axis1=1, axis2=2), blocks.sum(1)
    total, clusters = predicted.sum(0), (predicted > 0).sum(0)
    right = hits.sum(0) / total
    clustered = clusters / (clusters - 1) * np.square(hits - right * predicted).sum(0) / np.square(total)
    effects = np.maximum(1, clustered / (right * (1 - right) / total))
    return [round(float(effect), 1) if np.isfinite(effect) else None for effect in effects]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="folder with model.onnx and model.json")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--write-card", action="store_true", help="replace the card's metrics by what is measured now")
    args = parser.parse_args()

    card, predict = opened(args.model)
    image, labels = load_tile(args.data, VALIDATION_TILES[0])
    scores = mapped(predict, image, card)
    matrix = confusion(labels_of(scores), labels)
    figures = scores_of(matrix) | {"designEffect": design_effects(labels_of(scores), labels)}
    print(json.dumps({key: figure for key, figure in figures.items() if key != "confusion"}, indent=2))
    print("confusion, rows = truth, columns = predicted:", *CLASSES)
    print(matrix)
    calibration = reliability(scores, labels)
    print(json.dumps(calibration, indent=2))
    rows = robustness(lambda picture: mapped(predict, picture, card), image, labels)
    for row in rows:
        print(row)
    flips = flipped_scores(predict)
    mirrored = scores_of(confusion(labels_of(mapped(flips, image, card)), labels))
    gain = {"meanIoU": mirrored["meanIoU"], "gain": round(mirrored["meanIoU"] - figures["meanIoU"], 4)}
    print("with four flips:", gain)
    if args.write_card:
        card["metrics"] = [
            {
                "dataset": "dubai",
                "split": "validation (tile 2)",
                "date": date.today().isoformat(),
                "command": f"python models/training/evaluate.py --model models/{card['name']} --data ../shared/data",
                **figures,
                "flips": gain,
                "calibration": calibration,
                "robustness": rows,
                "note": "native resolution, no TTA; GSD about 1 m (estimated)",
            }
        ]
        (args.model / "model.json").write_text(json.dumps(card, indent=2) + "\n")


if __name__ == "__main__":
    main()
