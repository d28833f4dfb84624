"""How much of the water a model finds that looks like none it has seen: ponds and lakes of North Dakota, green with algae.

python models/training/lakes.py --model models/pspnet-mobilenetv2 --scene ../shared/data/scenes/naip_nd_5m_20200831.tif

The truth is NDWI (McFeeters 1996) of the scene's infrared, which the model does not get; pixels near the threshold are left out. Such a
scene is far coarser than the card allows: it is shown as it is and enlarged to what the model knows, as `--gsd 1` does.
Nothing is chosen by these figures.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from data import CLASSES
from evaluate import mapped, opened
from scoring import labels_of

WATER_ABOVE, UNSURE = 0.1, 0.05  # NDWI
MODEL_PIXEL_SCALE = 33550  # tag of GeoTIFF


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="folder with model.onnx and model.json")
    parser.add_argument("--scene", type=Path, required=True, help="red, green, blue, near infrared in 8 bits")
    args = parser.parse_args()

    card, predict = opened(args.model)
    scene = Image.open(args.scene)
    metres = scene.tag_v2[MODEL_PIXEL_SCALE][0]
    bands = np.asarray(scene)
    green, infrared = bands[..., 1].astype(float), bands[..., 3].astype(float)
    ndwi = (green - infrared) / np.maximum(green + infrared, 1)
    sure = (np.abs(ndwi - WATER_ABOVE) > UNSURE) & bands.any(-1)
    truth = (ndwi > WATER_ABOVE)[sure]
    picture = Image.fromarray(np.ascontiguousarray(bands[..., :3]))
    for scale in (1, round(metres / card["gsd"]["nominal"])):
        shown = np.asarray(picture.resize((picture.width * scale, picture.height * scale), Image.Resampling.BICUBIC))
        cells = labels_of(mapped(predict, shown, card)) == CLASSES.index("water")
        found = (cells[scale // 2 :: scale, scale // 2 :: scale])[sure]
        hits = (truth & found).sum()
        print(f"{metres / scale:g} m: water {truth.mean():.3f}, recall {hits / truth.sum():.3f}, precision {hits / found.sum():.3f}, IoU {hits / (truth | found).sum():.3f}")


if __name__ == "__main__":
    main()
