"""Draw the training curve of one run: python models/training/curve.py LOG.jsonl OUT.png"""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

from export import LOOKS


def main(log, out):
    lines = [json.loads(line) for line in Path(log).read_text().splitlines()]
    steps = [line["step"] for line in lines]
    figure, (scores, losses) = pyplot.subplots(1, 2, figsize=(11, 4), layout="constrained")
    for name, (colour, _) in LOOKS.items():
        outline = "#c9b26a" if name == "land" else colour
        scores.plot(steps, [line["iou"][name] for line in lines], color=outline, label=name)
    scores.plot(steps, [line["meanIoU"] for line in lines], color="black", linewidth=2.5, label="mean IoU")
    scores.plot(steps, [line["pixelAccuracy"] for line in lines], color="black", linestyle="--", label="pixel accuracy")
    scores.set(title="Validation (tile 2), averaged weights", xlabel="steps", ylabel="IoU", ylim=(0.15, 1))
    scores.legend(ncols=3, fontsize=8, loc="lower right")
    losses.plot(steps, [line["loss"] for line in lines], color="black")
    losses.set(title="Training loss (with the auxiliary part)", xlabel="steps")
    figure.savefig(out, dpi=90)


if __name__ == "__main__":
    main(*sys.argv[1:])
