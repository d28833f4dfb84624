"""What changed pictures of the same place cost: each condition measured on the validation tile like the model itself."""

import io

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from scoring import confusion, labels_of, scores_of


def brighter(image, factor):
    return np.clip(image * np.float32(factor) + 0.5, 0, 255).astype(np.uint8)


def as_jpeg(image, quality=50):
    held = io.BytesIO()
    Image.fromarray(image).save(held, "JPEG", quality=quality)
    return np.asarray(Image.open(held).convert("RGB"))


def resized(image, shape, method):
    height, width = shape
    return np.asarray(Image.fromarray(image).resize((width, height), method))


def robustness(scores_at, image, labels):
    """A row per condition: mean IoU and pixel accuracy. scores_at: image [H,W,3] -> scores [classes,H,W] of the whole of it.

    Pictures of another GSD are made from the tile (box average, bicubic), mapped once as they are and once resampled to the
    model's GSD as `--gsd` does, and compared with the labels on the tile's own grid.
    """
    height, width = labels.shape

    def mapped(picture):
        scores = torch.from_numpy(scores_at(picture))
        return scores if picture.shape[:2] == (height, width) else F.interpolate(scores[None], (height, width), mode="bilinear")[0]

    def turned(quarters):
        scores = scores_at(np.ascontiguousarray(np.rot90(image, quarters)))
        return torch.from_numpy(np.rot90(scores, -quarters, (1, 2)).copy())

    def coarse(method_back=None):
        picture = resized(image, (height // 2, width // 2), Image.Resampling.BOX)
        return mapped(picture if method_back is None else resized(picture, (height, width), method_back))

    def fine(method_back=None):
        picture = resized(image, (height * 2, width * 2), Image.Resampling.BICUBIC)
        return mapped(picture if method_back is None else resized(picture, (height, width), method_back))

    conditions = {
        "unchanged": lambda: mapped(image),
        "brightness -30 %": lambda: mapped(brighter(image, 0.7)),
        "brightness +30 %": lambda: mapped(brighter(image, 1.3)),
        "JPEG quality 50": lambda: mapped(as_jpeg(image)),
        "rotated by 90°": lambda: turned(1),
        "rotated by 180°": lambda: turned(2),
        "rotated by 270°": lambda: turned(3),
        "GSD 2 m as it is": coarse,
        "GSD 2 m resampled to 1 m": lambda: coarse(Image.Resampling.BILINEAR),
        "GSD 0.5 m as it is": fine,
        "GSD 0.5 m resampled to 1 m": lambda: fine(Image.Resampling.BOX),
    }

    def row(name, scores):
        figures = scores_of(confusion(labels_of(scores.numpy()), labels))
        return {"condition": name, "meanIoU": figures["meanIoU"], "pixelAccuracy": figures["pixelAccuracy"]}

    return [row(name, scores()) for name, scores in conditions.items()]
