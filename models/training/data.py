"""Dubai aerial land cover: stitching, class ids, random training crops.

Spaces: images are uint8 RGB [H,W,3] in pixels of about 1 m; labels are uint8 [H,W] class ids, IGNORE where nobody labelled.
"""

import io
import math
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

CLASSES = ("water", "land", "road", "building", "vegetation")
MASK_COLOURS = ((226, 169, 41), (132, 41, 246), (110, 193, 228), (60, 16, 152), (254, 221, 58))
IGNORE = 255
TRAIN_TILES = (4, 5, 6, 7, 8)
VALIDATION_TILES = (2,)
PATCH, HELD_OUT = 256, 0.2  # px, share of the patches


def class_ids(rgb):
    """Class ids [H,W] of a mask [H,W,3]; any colour that is not a class (unlabelled grey, black) becomes IGNORE."""
    packed = (rgb.astype(np.uint32) * np.array([65536, 256, 1], np.uint32)).sum(-1, dtype=np.uint32)
    ids = np.full(packed.shape, IGNORE, np.uint8)
    for class_id, (r, g, b) in enumerate(MASK_COLOURS):
        ids[packed == r * 65536 + g * 256 + b] = class_id
    return ids


def load_tile(data, tile):
    """Image [H,W,3] and labels [H,W] of one tile, its 3 x 3 parts stitched so that crops may cross their borders."""
    folder = Path(data) / "dubai" / f"tile-{tile}"

    def stitch(kind, suffix):
        part = lambda n: np.asarray(Image.open(folder / kind / f"image_part_{n:03d}.{suffix}").convert("RGB"))
        return np.concatenate([np.concatenate([part(3 * row + col + 1) for col in range(3)], 1) for row in range(3)], 0)

    return stitch("images", "jpg"), class_ids(stitch("masks", "png"))


def split_patches(tiles, seed=0):
    """The split of the published figures, for comparison only: random patches of all images are held out.

    Gives (training, validation): the tiles twice, IGNORE in the labels where a patch belongs to the other part. A held-out patch has
    neighbours of the same streets and roofs in training, so its score says little about a place that was never seen.
    """
    rng, training, validation = np.random.default_rng(seed), [], []
    for image, labels in tiles:
        rows, cols = (-(-size // PATCH) for size in labels.shape)
        held = np.kron(rng.random((rows, cols)) < HELD_OUT, np.ones((PATCH, PATCH), bool))[: labels.shape[0], : labels.shape[1]]
        training.append((image, np.where(held, np.uint8(IGNORE), labels)))
        validation.append((image, np.where(held, labels, np.uint8(IGNORE))))
    return training, validation


class CropSampler:
    """Endless random crops with augmentation, seeded.

    A tile is drawn with probability proportional to the square root of its area: with the plain area, two neighbouring
    tiles would give 70 % of the crops. Zoom is log-normal around 1, so most crops are seen at the native GSD.
    """

    def __init__(self, tiles, seed, zoom=(0.5, 2.0)):
        self.tiles = tiles
        self.rng = np.random.default_rng(seed)
        self.zoom = zoom
        areas = np.array([labels.size for _, labels in tiles], float) ** 0.5
        self.chances = areas / areas.sum()

    def batch(self, count, size):
        """Images uint8 [count,size,size,3] and labels uint8 [count,size,size]."""
        pairs = [self.crop(size) for _ in range(count)]
        pairs = [self.mix(pair, pairs[index - 1]) if self.rng.random() < 0.3 else pair for index, pair in enumerate(pairs)]
        return np.stack([image for image, _ in pairs]), np.stack([labels for _, labels in pairs])

    def mix(self, pair, other):
        """CutMix (Yun et al. 2019): a rectangle of another crop, so that what is next to a thing says less about it."""
        size = pair[1].shape[0]
        height, width = (round(size * share) for share in self.rng.uniform(0.25, 0.75, 2))
        y, x = self.rng.integers(size - height + 1), self.rng.integers(size - width + 1)
        mixed = tuple(array.copy() for array in pair)
        for array, source in zip(mixed, other):
            array[y : y + height, x : x + width] = source[y : y + height, x : x + width]
        return mixed

    def crop(self, size):
        """One augmented crop; crops of almost a single class are redrawn, at most four times."""
        for _ in range(5):
            image, labels = self.place(size)
            counts = np.bincount(labels[labels != IGNORE], minlength=len(CLASSES))
            if counts.sum() >= labels.size / 2 and counts.max() <= 0.93 * counts.sum():
                break
        image, labels = self.turn(image, labels)
        return self.recolour(image), np.ascontiguousarray(labels)

    def place(self, size):
        """A crop at a random zoom, half of them at a random angle."""
        rng = self.rng
        image, labels = self.tiles[rng.choice(len(self.tiles), p=self.chances)]
        zoom = float(np.clip(np.exp(rng.normal(0, 0.35)), *self.zoom))
        angle = float(rng.uniform(-45, 45)) if rng.random() < 0.5 else 0.0
        reach = abs(math.cos(math.radians(angle))) + abs(math.sin(math.radians(angle)))  # the turned crop fits a square so much larger
        side = min(round(size * reach / zoom), *labels.shape)
        y = rng.integers(labels.shape[0] - side + 1)
        x = rng.integers(labels.shape[1] - side + 1)
        box = np.s_[y : y + side, x : x + side]
        if side == size and not angle:
            return image[box], labels[box]
        whole = max(size, round(size * reach))
        start = (whole - size) // 2

        def sample(array, method):
            picture = Image.fromarray(array[box]).resize((whole, whole), method)
            return np.asarray(picture.rotate(angle, method) if angle else picture)[start : start + size, start : start + size]

        return sample(image, Image.Resampling.BILINEAR), sample(labels, Image.Resampling.NEAREST)

    def turn(self, image, labels):
        quarter_turns = self.rng.integers(4)
        image, labels = np.rot90(image, quarter_turns), np.rot90(labels, quarter_turns)
        return (image[:, ::-1], labels[:, ::-1]) if self.rng.random() < 0.5 else (image, labels)

    def recolour(self, image):
        """Gamma, gain and offset per band (one lookup table), saturation, noise, blur, JPEG."""
        rng = self.rng
        ramp = np.linspace(0, 1, 256, dtype=np.float32)
        gamma, gain = np.exp(rng.normal(0, 0.3)), np.exp(rng.normal(0, 0.25))
        tint, offset = np.exp(rng.normal(0, 0.08, 3)), rng.normal(0, 0.08)
        table = (((ramp[:, None] ** gamma - 0.5) * gain + 0.5) * tint + offset) * 255
        pixels = np.stack([table[:, band].astype(np.float32)[image[..., band]] for band in range(3)], -1)
        if rng.random() < 0.5:
            grey = pixels.mean(-1, keepdims=True)
            pixels = grey + (pixels - grey) * np.float32(rng.uniform(0.5, 1.5))
        if rng.random() < 0.3:
            pixels += rng.standard_normal(pixels.shape, np.float32) * np.float32(rng.uniform(2, 12))
        pixels = np.clip(pixels, 0, 255).astype(np.uint8)
        if rng.random() < 0.25:
            pixels = np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(rng.uniform(0.4, 1.5))))
        if rng.random() < 0.2:
            packed = io.BytesIO()
            Image.fromarray(pixels).save(packed, "JPEG", quality=int(rng.integers(40, 95)))
            pixels = np.asarray(Image.open(packed))
        return pixels
