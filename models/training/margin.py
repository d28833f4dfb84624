"""By how much one model beats another on the validation tile, and how sure that is:

python models/training/margin.py --model models/A --than models/B --data ../shared/data

Mean IoU of A less that of B with a 95 % interval: paired bootstrap over blocks of the tile (neighbouring pixels err together).
"""

import argparse
from pathlib import Path

import numpy as np

from data import VALIDATION_TILES, load_tile
from evaluate import confusion_of_blocks, mapped, opened
from scoring import labels_of

DRAWS, SEED = 2000, 0


def mean_iou(matrix):
    hit = np.diag(matrix)
    return (hit / (matrix.sum(0) + matrix.sum(1) - hit)).mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--than", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    args = parser.parse_args()
    image, labels = load_tile(args.data, VALIDATION_TILES[0])

    def blocks_of(folder):
        card, predict = opened(folder)
        return confusion_of_blocks(labels_of(mapped(predict, image, card)), labels)

    ours, theirs = blocks_of(args.model), blocks_of(args.than)
    rng = np.random.default_rng(SEED)
    draws = [rng.integers(len(ours), size=len(ours)) for _ in range(DRAWS)]
    gains = [mean_iou(ours[drawn].sum(0)) - mean_iou(theirs[drawn].sum(0)) for drawn in draws]
    low, high = np.percentile(gains, [2.5, 97.5])
    print(f"{mean_iou(ours.sum(0)) - mean_iou(theirs.sum(0)):+.4f} mean IoU, 95 % interval {low:+.4f} to {high:+.4f}, {len(ours)} blocks")


if __name__ == "__main__":
    main()
