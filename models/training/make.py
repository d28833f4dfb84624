"""Make a published model from nothing: python models/training/make.py pspnet-mobilenetv2 --data ../shared/data

Trains what it is made of, exports it to models/NAME, measures it and fills its card. Runs that are finished in --work are taken as they
are, others are begun or resumed.
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent

RUNS = {
    "pspnet": "--arch pspnet --steps 6000 --evaluate-every 250",
    "pspnet-begin": "--arch pspnet --steps 6000 --stop-at 2500 --evaluate-every 250",
    "pspnet-fine": "--arch pspnet-fine --steps 4500 --stop-at 2700 --encoder-rate 3e-4 --seed 4 --evaluate-every 300",
    **{f"{arch}-short": f"--arch {arch} --steps 800" for arch in ("pspnet", "fcn8s", "unet", "deeplabv3plus", "parsenet")},
}
"""Options of train.py, by the name of the run."""

BEGINNING = {"pspnet": "--stop-at 4000 --evaluate-every 500"}
"""Other options until a run is stopped, as the published one was. Resumed, it draws other crops than without the stop."""

BEGUN_WITH = {"pspnet-fine": "pspnet-begin"}
"""Runs that begin with the best weights of another, where they fit."""

MODELS = {
    "pspnet-mobilenetv2": ["pspnet"],
    "pspnet-mobilenetv2-pair": ["pspnet", "pspnet-fine"],
    "pspnet-mobilenetv2-short": ["pspnet-short"],
    **{f"{arch}-mobilenetv2": [f"{arch}-short"] for arch in ("fcn8s", "unet", "deeplabv3plus", "parsenet")},
}
"""The runs that each is exported from, of several the mean."""

ZOO = {"PSPNet": "pspnet-short", "FCN-8s": "fcn8s-short", "U-Net": "unet-short", "DeepLabv3+": "deeplabv3plus-short", "ParseNet": "parsenet-short"}
"""Runs of the same budget, whose curves are drawn beside each other."""

QUANTISED = ["pspnet-mobilenetv2"]
"""Models with a variant NAME-int8."""


def last_step(options):
    """The step after which train.py ends with these options."""
    return int(options[options.index("--stop-at" if "--stop-at" in options else "--steps") + 1])


class Maker:
    def __init__(self, data, work, dry_run):
        self.data, self.work, self.dry_run = data, work, dry_run

    def make(self, name):
        folder = HERE.parent / name
        if name in MODELS:
            for run in MODELS[name]:
                self.train(run)
                self.keep_curve(run)
            checkpoints = [self.work / run / "best.pt" for run in MODELS[name]]
            self.call("export.py", "--checkpoint", *checkpoints, "--half", "--data", self.data, "--out", folder)
        else:
            source = HERE.parent / name.removesuffix("-int8")
            if not (source / "model.onnx").exists():
                self.make(source.name)
            self.call("quantise.py", "--model", source, "--data", self.data)
        self.call("evaluate.py", "--model", folder, "--data", self.data, "--write-card")

    def train(self, run):
        options, folder = RUNS[run].split(), self.work / run
        if self.steps_done(folder) >= last_step(options):
            return
        if run in BEGUN_WITH:
            self.train(BEGUN_WITH[run])
            options += ["--start-from", self.work / BEGUN_WITH[run] / "best.pt"]
        # one thread: floats are summed in the same order on every machine
        options += ["--threads", 1, "--data", self.data, "--work", folder, "--resume"]
        beginning = BEGINNING.get(run, "").split()
        if beginning and self.steps_done(folder) < last_step(beginning):
            self.call("train.py", *options, *beginning)
        self.call("train.py", *options)

    def keep_curve(self, run):
        """Beside this file: the run's evaluations and their picture."""
        log = HERE / ("zoo" if run in ZOO.values() else "") / f"{run}.jsonl"
        print("cp", self.work / run / "log.jsonl", log, flush=True)
        if not self.dry_run:
            shutil.copy(self.work / run / "log.jsonl", log)
        if log.parent == HERE:
            self.call("curve.py", log, log.with_suffix(".png"))
        else:
            self.call("compare.py", HERE / "zoo.png", *(f"{name}={log.parent / other}.jsonl" for name, other in ZOO.items()))

    @staticmethod
    def steps_done(folder):
        log = folder / "log.jsonl"
        return json.loads(log.read_text().splitlines()[-1])["step"] if log.exists() else 0

    def call(self, script, *arguments):
        words = [str(word) for word in (HERE / script, *arguments)]
        print("python", *words, flush=True)
        if not self.dry_run:
            subprocess.run([sys.executable, *words], check=True)


def main():
    names = [*MODELS, *(f"{name}-int8" for name in QUANTISED)]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=names)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("/tmp/landstitch-training"), help="folder of the runs")
    parser.add_argument("--dry-run", action="store_true", help="print the commands, run none")
    args = parser.parse_args()
    Maker(args.data, args.work, args.dry_run).make(args.name)


if __name__ == "__main__":
    main()
