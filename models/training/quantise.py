"""Write the 8-bit variant of an exported model: python models/training/quantise.py --model models/NAME --data ../shared/data

Static quantisation (QDQ): unsigned 8-bit activations, signed 8-bit weights with a scale per output channel, ranges by MinMax over crops of
the training tiles. The result is models/NAME-int8 with a card of its own, which evaluate.py fills; the card of NAME names it.
"""

import argparse
import hashlib
import json
import logging
from pathlib import Path

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from data import TRAIN_TILES, load_tile
from rewrite import classifier_as_product, scale_in_first_convolution, softmax_in_steps, weights_as_floats

QUANTISED = ("Conv", "Clip", "Add", "Concat", "Resize", "MatMul")
CROPS, SIZE, SEED = 40, 256, 1


class Crops(CalibrationDataReader):
    """Plain crops [1,SIZE,SIZE,3] of the training tiles in turn."""

    def __init__(self, data):
        tiles, rng = [load_tile(data, tile)[0] for tile in TRAIN_TILES], np.random.default_rng(SEED)
        self.crops = iter([self.crop(tiles[index % len(tiles)], rng) for index in range(CROPS)])

    @staticmethod
    def crop(image, rng):
        row, col = (rng.integers(size - SIZE + 1) for size in image.shape[:2])
        return {"image": np.ascontiguousarray(image[None, row : row + SIZE, col : col + SIZE])}

    def get_next(self):
        return next(self.crops, None)


def rewritten(model):
    """The model with operators that are fast around integers, and the names of what stays float.

    Float are: the first convolutions, at half the picture's size with few channels (in integers no faster, and 0.4 points of accuracy
    lost); the averaging products of the pyramid; all behind the classifier.
    """
    graph = model.graph
    weights_as_floats(graph)
    scale_in_first_convolution(graph)
    product = classifier_as_product(graph)
    softmax_in_steps(graph)
    names = [node.name for node in graph.node]
    first = [name for name in names if "/encoder/stem/" in name or "/encoder/stages.0/" in name]
    averages = [node.name for node in graph.node if node.op_type == "MatMul" and node.name != product]
    return model, first + averages + names[names.index(product) + 1 :]


def int8_card(card, name, path):
    """The card of the variant without metrics."""
    command = f"python models/training/quantise.py --model models/{card['name']} --data ../shared/data"
    kept = {key: value for key, value in card.items() if key != "int8"}
    return kept | {
        "name": name,
        "architecture": f"{card['architecture']}, int8",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "training": card["training"] | {"seed": SEED, "command": command},
        "metrics": [],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="folder with model.onnx and model.json")
    parser.add_argument("--data", type=Path, required=True)
    args = parser.parse_args()
    logging.disable(logging.WARNING)  # quantize_static advises to run what export.py has done already
    name = f"{args.model.name}-int8"
    source, path = args.model / "model.onnx", args.model.with_name(name) / "model.onnx"
    path.parent.mkdir(exist_ok=True)
    model, floats = rewritten(onnx.load(source))
    quantize_static(
        model, str(path), Crops(args.data), quant_format=QuantFormat.QDQ, per_channel=True,
        activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, op_types_to_quantize=list(QUANTISED), nodes_to_exclude=floats,
    )
    onnx.checker.check_model(onnx.load(path), full_check=True)
    card = json.loads((args.model / "model.json").read_text())
    (path.parent / "model.json").write_text(json.dumps(int8_card(card, name, path), indent=2) + "\n")
    keys = [key for key in card if key != "int8"]
    after = keys.index("sha256") + 1
    linked = {key: card[key] for key in keys[:after]} | {"int8": name} | {key: card[key] for key in keys[after:]}
    (args.model / "model.json").write_text(json.dumps(linked, indent=2) + "\n")
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
