"""Print runs beside each other and draw their curves: python models/training/compare.py OUT.png NAME=LOG.jsonl ..."""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

from data import CLASSES


def main(out, *named):
    runs = {name: [json.loads(line) for line in Path(log).read_text().splitlines()] for name, log in (pair.split("=", 1) for pair in named)}
    print("| run | steps | mean IoU | pixel accuracy |", *(f"{name} |" for name in CLASSES))
    print("|---" * (4 + len(CLASSES)) + "|")
    figure, axes = pyplot.subplots(figsize=(7, 4), layout="constrained")
    for name, lines in runs.items():
        last = lines[-1]
        print(f"| {name} | {last['step']} | {last['meanIoU']:.3f} | {last['pixelAccuracy']:.3f} |", *(f"{last['iou'][label]:.2f} |" for label in CLASSES))
        axes.plot([line["step"] for line in lines], [line["meanIoU"] for line in lines], marker="o", label=name)
    axes.set(title="Validation (tile 2), averaged weights", xlabel="steps", ylabel="mean IoU")
    axes.legend()
    figure.savefig(out, dpi=90)


if __name__ == "__main__":
    main(*sys.argv[1:])
