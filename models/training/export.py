"""Write a checkpoint as model.onnx with its card, and check the file against PyTorch. Of several checkpoints the mean.

In the graph: uint8 NHWC -> normalise -> network (BatchNorm folded) -> softmax at the network's stride. Batch, height and width stay
free; height and width must be multiples of 32.
"""

import argparse
import hashlib
import json
import time
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from calibration import fit_calibration
from data import CLASSES, VALIDATION_TILES, load_tile
from encoder import ConvBn
from heads import HEADS
from networks import Together, network_of
from scoring import blended_scores, full_size

ARCHITECTURES = {"pspnet": "PSPNet", "pspnet-fine": "PSPNet with U-Net's decoder", "fcn8s": "FCN-8s", "unet": "U-Net", "deeplabv3plus": "DeepLabv3+", "parsenet": "ParseNet"}
ENCODERS = {"mobilenetv2": "MobileNetV2"}
CHIP, OVERLAP = 512, 64
LOOKS = {  # any two colours are at least 25 apart in CIELAB, also as simulated (Machado 2009) for the three kinds of colour blindness
    "water": ("#3b82c4", "Sea, lagoons, canals, pools and ponds"),
    "land": ("#f5e8bd", "Bare or unpaved ground: sand, soil, building sites"),
    "road": ("#2f2d38", "Paved roads, car parks and other sealed traffic areas"),
    "building": ("#b8605f", "Roofed structures; in parts of the training labels the whole plot around a house"),
    "vegetation": ("#7fa03a", "Trees, shrubs, lawns and gardens"),
}


class Deployed(nn.Module):
    """uint8 [N,H,W,3] -> float32 [N,classes,H/stride,W/stride]: softmax((logits + bias) / temperature)."""

    def __init__(self, segmenter, temperature, bias):
        super().__init__()
        self.segmenter = segmenter
        self.temperature = temperature
        self.register_buffer("bias", torch.tensor(bias).view(1, -1, 1, 1))
        self.eval()
        for layer in self.modules():
            if isinstance(layer, ConvBn):
                layer.conv, layer.bn = fuse_conv_bn_eval(layer.conv, layer.bn), nn.Identity()

    def forward(self, image):
        return ((self.segmenter(image) + self.bias) / self.temperature).softmax(1)


def inline_shared_weights(model):
    """Replace Identity nodes over an initialiser by the initialiser: quantisers skip convolutions that have one between."""
    weights = {tensor.name for tensor in model.graph.initializer}
    aliases = {n.output[0]: n.input[0] for n in model.graph.node if n.op_type == "Identity" and n.input[0] in weights}
    kept = [node for node in model.graph.node if node.output[0] not in aliases]
    for node in kept:
        for index, name in enumerate(node.input):
            node.input[index] = aliases.get(name, name)
    del model.graph.node[:]
    model.graph.node.extend(kept)


def merge_padding(model):
    """Give each convolution behind a Pad the padding itself (TensorFlow SAME: one row below, one column to the right).

    A Pad of its own copies the largest features of the network, and quantisers leave it float.
    """
    pads = {node.output[0]: node for node in model.graph.node if node.op_type == "Pad"}
    for node in model.graph.node:
        if node.op_type == "Conv" and node.input[0] in pads:
            before = [attribute for attribute in node.attribute if attribute.name != "pads"]
            del node.attribute[:]
            node.attribute.extend([*before, onnx.helper.make_attribute("pads", [0, 0, 1, 1])])
            node.input[0] = pads[node.input[0]].input[0]
    remove_unused(model.graph)


def remove_unused(graph):
    """Drop the nodes that no output of the graph depends on; they are in topological order."""
    wanted, kept = {output.name for output in graph.output}, []
    for node in reversed(graph.node):
        if wanted & set(node.output):
            wanted |= set(node.input)
            kept.append(node)
    del graph.node[:]
    graph.node.extend(reversed(kept))


def round_to_half(network):
    """Round the weights of all but the depthwise convolutions to 16-bit floats; those (2 % of all) would shift scores by 0.05."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d) and layer.groups == 1:
            layer.weight.data = layer.weight.data.half().float()


def halve_weights(model):
    """Store weights that 16-bit floats hold exactly as such behind a Cast, which ONNX Runtime folds away on loading."""
    casts, smallest = [], 64  # values; below, the Cast would cost more than it saves
    for tensor in model.graph.initializer:
        weights, name = onnx.numpy_helper.to_array(tensor), tensor.name
        if weights.dtype != np.float32 or weights.size < smallest or (weights != weights.astype(np.float16)).any():
            continue
        tensor.CopyFrom(onnx.numpy_helper.from_array(weights.astype(np.float16), f"{name}.half"))
        casts.append(onnx.helper.make_node("Cast", [f"{name}.half"], [name], name=f"{name}.cast", to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def validated_calibration(segmenter, data):
    """Temperature and bias that fit the validation tile, mapped as the product does it."""
    image, labels = load_tile(data, VALIDATION_TILES[0])
    with torch.no_grad():
        cells = blended_scores(lambda chips: segmenter(torch.from_numpy(chips)).softmax(1).numpy(), image, CHIP, OVERLAP, segmenter.stride)
    return fit_calibration(full_size(cells, *labels.shape, segmenter.stride), labels)


def write_onnx(network, path, half):
    free = {0: "batch", 1: "height", 2: "width"}
    cells = {0: "batch", 2: "cell_rows", 3: "cell_cols"}
    example = torch.randint(256, (2, 256, 320, 3), dtype=torch.uint8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network, (example,), str(path), input_names=["image"], output_names=["scores"],
            dynamic_axes={"image": free, "scores": cells}, opset_version=17, dynamo=False,
        )
    model = onnx.load(path)
    inline_shared_weights(model)
    merge_padding(model)
    if half:
        halve_weights(model)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def parameters_of(model):
    """How many numbers were learnt, BatchNorm folded."""
    return sum(int(np.prod(tensor.dims)) for tensor in model.graph.initializer if tensor.data_type in (onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16))


def one_thread_session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def check(network, session, image):
    """Largest difference of any score between ONNX and PyTorch on real crops; raises above 1e-3."""
    for batch, height, width in ((1, 256, 256), (1, 512, 512), (1, 384, 640), (2, 320, 288)):
        crops = np.stack([image[200 : 200 + height, x : x + width] for x in (100, 300)[:batch]])
        with torch.no_grad():
            expected = network(torch.from_numpy(crops)).numpy()
        found = session.run(["scores"], {"image": crops})[0]
        difference = float(np.abs(found - expected).max())
        print(f"{batch} x {height} x {width}: scores {found.shape}, largest difference {difference:.2e}")
        if found.shape != expected.shape or difference > 1e-3:
            raise SystemExit("the exported graph differs from the network")


def time_chip(session, image, size=512, runs=20):
    """Median and fastest milliseconds per chip, one thread."""
    chip, taken = np.ascontiguousarray(image[None, :size, :size]), []
    for _ in range(runs + 3):
        began = time.perf_counter()
        session.run(["scores"], {"image": chip})
        taken.append((time.perf_counter() - began) * 1000)
    print(f"{size} x {size}, one thread: median {np.median(taken[3:]):.0f} ms, fastest {min(taken):.0f} ms of {runs} runs")


def architecture_of(every):
    """What the settings of one run name, or of several that are averaged."""
    encoders = [f"({ENCODERS[one['encoder']]}, output stride {one['output_stride'] or HEADS[one['arch']].output_stride})" for one in every]
    names = [ARCHITECTURES[one["arch"]] for one in every]
    if len(set(encoders)) > 1:
        names = [f"{name} {encoder}" for name, encoder in zip(names, encoders)]
    else:
        names[-1] += f" {encoders[0]}"
    return " and ".join(names) + (", mean of their scores" if len(every) > 1 else "")


def budget_of(checkpoint):
    settings = checkpoint["settings"]
    done = f"{checkpoint['step']:,} of {settings['steps']:,}" if checkpoint["step"] < settings["steps"] else f"{settings['steps']:,}"
    return f"{done} steps of {settings['batch']} crops of {' and '.join(map(str, settings['crops']))} px"


def card(name, checkpoints, path, stride, temperature, bias):
    """The model card without metrics; evaluate.py --write-card measures those."""
    every = [checkpoint["settings"] for checkpoint in checkpoints]
    return {
        "$schema": "../model-card.schema.json",
        "name": name,
        "version": "0.1.0",
        "description": "Land cover of aerial and satellite RGB images at about 1 m: water, land, road, building, vegetation. Trained on hand-labelled images of Dubai only.",
        "license": "Apache-2.0",
        "architecture": architecture_of(every),
        "totalParameters": parameters_of(onnx.load(path)),
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "input": {
            "name": "image", "layout": "nhwc", "dtype": "uint8", "bands": ["red", "green", "blue"],
            "scale": 1, "mean": [0, 0, 0], "std": [1, 1, 1], "height": None, "width": None, "multipleOf": 32,
        },
        "output": {"name": "scores", "kind": "softmax", "layout": "nchw", "stride": stride, "margin": 0},
        "classes": [
            {"id": index, "name": label, "color": LOOKS[label][0], "description": LOOKS[label][1]} for index, label in enumerate(CLASSES)
        ],
        "chip": CHIP,
        "overlap": OVERLAP,
        "gsd": {"nominal": 1, "min": 0.8, "max": 1.25},
        "training": {
            "data": "Semantic segmentation of aerial imagery (Dubai), Humans in the Loop with MBRSC, CC0 1.0; encoder from ImageNet weights (Apache-2.0)",
            "split": "training: tiles 4, 5, 6, 7, 8; validation: tile 2; tiles 1 and 3 not used",
            "budget": " and ".join(map(budget_of, checkpoints)),
            "seed": every[-1]["seed"],
            "command": f"python models/training/make.py {name} --data ../shared/data",
        },
        "calibration": {
            "temperature": round(temperature, 4),
            "bias": [round(value, 4) for value in bias],
            "fittedOn": "validation: tile 2",
        },
        "metrics": [],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, nargs="+", required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder; its name is the model's name")
    parser.add_argument("--half", action="store_true", help="round the weights to 16-bit floats and store them so: half the file, the same speed")
    args = parser.parse_args()
    checkpoints = [torch.load(path, weights_only=False) for path in args.checkpoint]
    segmenters = [network_of(checkpoint["settings"]) for checkpoint in checkpoints]
    for segmenter, checkpoint in zip(segmenters, checkpoints):
        segmenter.load_state_dict(checkpoint["average"])
    segmenter = (Together(segmenters) if len(segmenters) > 1 else segmenters[0]).eval()
    temperature, bias = validated_calibration(segmenter, args.data)
    print(f"temperature {temperature:.3f}, bias", *(f"{value:.3f}" for value in bias))
    network = Deployed(segmenter, temperature, bias)
    if args.half:
        round_to_half(network)
    args.out.mkdir(parents=True, exist_ok=True)
    path = args.out / "model.onnx"
    write_onnx(network, path, args.half)
    session, image = one_thread_session(path), load_tile(args.data, VALIDATION_TILES[0])[0]
    check(network, session, image)
    time_chip(session, image)
    (args.out / "model.json").write_text(json.dumps(card(args.out.name, checkpoints, path, segmenter.stride, temperature, bias), indent=2) + "\n")
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB, {budget_of(checkpoints[-1])}")


if __name__ == "__main__":
    main()
