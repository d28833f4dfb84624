"""Train one segmentation network for a number of steps.

python models/training/train.py --arch pspnet --encoder mobilenetv2 --steps 3000 --data ../shared/data --work /tmp/landstitch-training

Writes last.pt (to --resume), best.pt (EMA weights with the best validation mean IoU) and log.jsonl into --work.
"""

import argparse
import copy
import json
import math
import os
import queue
import threading
import time
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # a spinning thread steals time where cores are shared

import torch
import torch.nn.functional as F

from data import TRAIN_TILES, VALIDATION_TILES, CropSampler, load_tile, split_patches
from heads import HEADS
from losses import LOSSES
from networks import ENCODERS, network_of
from scoring import evaluate, scores_of

BFLOAT16 = torch.cpu._is_avx512_bf16_supported()  # where the CPU multiplies such numbers they make a step a third shorter


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arch", choices=HEADS, default="pspnet")
    parser.add_argument("--encoder", choices=ENCODERS, default="mobilenetv2")
    parser.add_argument("--output-stride", type=int, choices=(8, 16, 32), help="of the encoder; where not given, the architecture's own")
    parser.add_argument("--loss", choices=LOSSES, default="ce+dice")
    parser.add_argument("--steps", type=int, default=3000, help="the learning rate reaches zero at the last one")
    parser.add_argument("--stop-at", type=int, help="step after which to stop early; --resume goes on")
    parser.add_argument("--start-from", type=Path, help="averaged weights (a best.pt) of an earlier run, where they fit, instead of the ImageNet encoder")
    parser.add_argument("--split", choices=("tiles", "patches"), default="tiles", help="patches: random ones of all tiles, as in the literature; flattering, for comparison only")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--crops", type=int, nargs="+", default=[256], help="px; several take equal shares of the steps")
    parser.add_argument("--head-rate", type=float, default=2e-3)
    parser.add_argument("--encoder-rate", type=float, default=4e-4)
    parser.add_argument("--evaluate-every", type=int, default=200, help="steps")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", action="store_true", help="go on from --work's last.pt, if there is one")
    return parser.parse_args()


def split_of(args):
    """Training and validation, each a list of (image, labels)."""
    load = lambda tiles: [load_tile(args.data, tile) for tile in tiles]
    return split_patches(load((*TRAIN_TILES, *VALIDATION_TILES))) if args.split == "patches" else (load(TRAIN_TILES), load(VALIDATION_TILES))


def prefetch(sampler, batch, sizes):
    """A batch per crop size in `sizes`, made in a thread: numpy's augmentation overlaps torch's arithmetic."""
    ready = queue.Queue(2)

    def fill():
        for size in sizes:
            images, labels = sampler.batch(batch, size)
            ready.put((torch.from_numpy(images), torch.from_numpy(labels).long()))
        ready.put(None)

    threading.Thread(target=fill, daemon=True).start()
    return iter(ready.get, None)


def rate_at(progress, warm_up=0.02):
    """Share of the peak learning rate: linear warm-up, then half a cosine; progress is the share of the steps done."""
    return progress / warm_up if progress < warm_up else (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up))) / 2


def step_loss(model, criterion, images, labels, generator):
    """Loss at half resolution, its pixel phase drawn anew each step so that no pixel is always left out."""
    with torch.autocast("cpu", torch.bfloat16, enabled=BFLOAT16):
        logits, auxiliary = (x.float() for x in model(images))
    row, col = torch.randint(2, (2,), generator=generator).tolist()
    half = labels[:, row::2, col::2]
    logits = F.interpolate(logits, half.shape[1:], mode="bilinear", align_corners=False)
    every = labels.shape[1] // auxiliary.shape[2]
    coarse = labels[:, every // 2 :: every, every // 2 :: every]
    return criterion(logits, half) + 0.3 * LOSSES["ce"](auxiliary, coarse)


def update_average(average, model, step, decay=0.995):
    decay = min(decay, (1 + step) / (10 + step))
    with torch.no_grad():
        for kept, now in zip(average.state_dict().values(), model.state_dict().values()):
            kept.lerp_(now, 1 - decay) if kept.dtype.is_floating_point else kept.copy_(now)


def take_what_fits(model, weights):
    """Weights of the same name and shape: of another architecture, its encoder and what the heads have in common."""
    own = model.state_dict()
    fitting = {name: value for name, value in weights.items() if name in own and own[name].shape == value.shape}
    model.load_state_dict(own | fitting)
    print(f"{len(fitting)} of {len(own)} arrays are taken over", flush=True)


def main():
    args = options()
    args.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    generator = torch.Generator().manual_seed(args.seed)
    criterion = LOSSES[args.loss]
    last = torch.load(args.work / "last.pt", weights_only=False) if args.resume and (args.work / "last.pt").exists() else None
    step, elapsed, best = (last["step"], last["elapsed"], last["best"]) if last else (0, 0.0, 0.0)

    training, validation = split_of(args)
    sampler = CropSampler(training, args.seed + step)
    model = network_of(vars(args))
    if last:
        model.load_state_dict(last["model"])
    elif args.start_from:
        take_what_fits(model, torch.load(args.start_from, weights_only=False)["average"])
    else:
        images = torch.from_numpy(sampler.batch(16, 256)[0])
        model.encoder.load_folded(args.data / "weights" / f"{args.encoder}-imagenet.npz", model.normalise(images))
    model = model.to(memory_format=torch.channels_last)
    average = copy.deepcopy(model).eval()
    optimizer = torch.optim.AdamW(
        [
            {"params": model.encoder.parameters(), "peak": args.encoder_rate},
            {"params": [*model.head.parameters(), *model.auxiliary.parameters()], "peak": args.head_rate},
        ],
        lr=args.head_rate,
        weight_decay=0.01,
    )
    if last:
        average.load_state_dict(last["average"])
        optimizer.load_state_dict(last["optimizer"])

    began = time.monotonic() - elapsed
    sizes = [args.crops[number * len(args.crops) // args.steps] for number in range(step, args.steps)]
    predict = lambda chips: average(torch.from_numpy(chips)).softmax(1).numpy()
    losses = []
    for images, labels in prefetch(sampler, args.batch, sizes):
        model.train()
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * rate_at((step + 1) / args.steps)
        loss = step_loss(model, criterion, images, labels, generator)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 2)
        optimizer.step()
        step += 1
        update_average(average, model, step)
        losses.append(loss.item())
        if step % args.evaluate_every and step not in (args.steps, args.stop_at):
            continue

        with torch.no_grad():
            figures = scores_of(evaluate(predict, validation, model.stride))
        line = {"step": step, "minutes": round((time.monotonic() - began) / 60, 1), "crop": images.shape[1], "loss": round(sum(losses) / len(losses), 4)}
        line |= {"meanIoU": figures["meanIoU"], "pixelAccuracy": figures["pixelAccuracy"]}
        line["iou"] = {name: row["iou"] for name, row in figures["perClass"].items()}
        losses = []
        print(json.dumps(line), flush=True)
        with (args.work / "log.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")
        if figures["meanIoU"] >= best:
            best = figures["meanIoU"]
            settings = {key: str(value) if isinstance(value, Path) else value for key, value in vars(args).items()}
            torch.save({"average": average.state_dict(), "settings": settings, "step": step}, args.work / "best.pt")
        state = {"model": model.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict()}
        torch.save(state | {"step": step, "elapsed": time.monotonic() - began, "best": best}, args.work / "last.pt.part")
        (args.work / "last.pt.part").rename(args.work / "last.pt")
        if step == args.stop_at:
            break


if __name__ == "__main__":
    main()
