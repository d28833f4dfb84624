"""Make a published model from nothing: python models/training/make.py pspnet-mobilenetv2 --data ../shared/data

Trains what it is made of, then exports it to models/NAME, measures it, fills its card and draws its curve. Runs that are finished in --work
are taken as they are, others are begun or resumed.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
MODELS_FOLDER = HERE.parent


@dataclass(frozen=True)
class Run:
    """One run of train.py."""

    options: str
    start_from: str | None = None
    """A run whose best weights it takes where they fit."""
    teacher: str | None = None
    """A key of TEACHERS."""

    @property
    def last_step(self):
        words = self.options.split()
        return int(words[words.index("--stop-at" if "--stop-at" in words else "--steps") + 1])


RUNS = {
    "first": Run("--arch pspnet --steps 6000 --evaluate-every 250"),
    "first-half": Run("--arch pspnet --steps 6000 --stop-at 2500 --evaluate-every 250"),
    "first-fine": Run("--arch pspnet-fine --steps 4500 --stop-at 2700 --encoder-rate 3e-4 --seed 4 --evaluate-every 300", start_from="first-half"),
    "pspnet": Run("--arch pspnet --steps 6000 --evaluate-every 250", teacher="pair"),
    "pspnet-fine": Run("--arch pspnet-fine --steps 5000 --seed 4 --evaluate-every 250", teacher="pair"),
    **{f"{arch}-short": Run(f"--arch {arch} --steps 800") for arch in ("pspnet", "fcn8s", "unet", "deeplabv3plus", "parsenet")},
}

TEACHERS = {"pair": ("first", "first-fine")}
"""Means of the networks of several runs."""

MODELS = {
    "pspnet-mobilenetv2": "pspnet",
    "pspnet-mobilenetv2-fine": "pspnet-fine",
    "pspnet-mobilenetv2-short": "pspnet-short",
    **{f"{arch}-mobilenetv2": f"{arch}-short" for arch in ("fcn8s", "unet", "deeplabv3plus", "parsenet")},
}
"""The run that each is exported from; NAME-int8 is made of NAME."""


class Maker:
    def __init__(self, data, work, dry_run):
        self.data, self.work, self.dry_run = data, work, dry_run

    def make(self, name):
        folder = MODELS_FOLDER / name
        if name.endswith("-int8"):
            source = MODELS_FOLDER / name.removesuffix("-int8")
            if not (source / "model.onnx").exists():
                self.make(source.name)
            self.call("quantise.py", "--model", source, "--data", self.data)
        else:
            self.train(MODELS[name])
            self.export([MODELS[name]], folder)
            self.call("curve.py", self.work / MODELS[name] / "log.jsonl", HERE / f"{name}.png")
        self.call("evaluate.py", "--model", folder, "--data", self.data, "--write-card")

    def train(self, name):
        run, folder = RUNS[name], self.work / name
        log = folder / "log.jsonl"
        step = json.loads(log.read_text().splitlines()[-1])["step"] if log.exists() else 0
        if step >= run.last_step:
            return
        options = run.options.split()
        if run.start_from:
            self.train(run.start_from)
            options += ["--start-from", self.work / run.start_from / "best.pt"]
        if run.teacher:
            options += ["--teacher", self.teacher(run.teacher)]
        self.call("train.py", *options, "--data", self.data, "--work", folder, *(["--resume"] if step else []))

    def teacher(self, name):
        folder = self.work / f"teacher-{name}"
        if not (folder / "model.json").exists():
            for run in TEACHERS[name]:
                self.train(run)
            self.export(TEACHERS[name], folder)
        return folder

    def export(self, runs, folder):
        checkpoints = [self.work / run / "best.pt" for run in runs]
        self.call("export.py", "--checkpoint", *checkpoints, "--half", "--data", self.data, "--out", folder)

    def call(self, script, *arguments):
        words = [HERE / script, *arguments]
        print("python", *words, flush=True)
        if not self.dry_run:
            subprocess.run([sys.executable, *map(str, words)], check=True)


def main():
    names = [*MODELS, *(f"{name}-int8" for name in ("pspnet-mobilenetv2", "pspnet-mobilenetv2-fine"))]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=names)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("/tmp/landstitch-training"), help="folder of the runs")
    parser.add_argument("--dry-run", action="store_true", help="print the commands, run none")
    args = parser.parse_args()
    Maker(args.data, args.work, args.dry_run).make(args.name)


if __name__ == "__main__":
    main()
