"""A network: one encoder and one head; or the mean of several."""

import torch
import torch.nn.functional as F
from torch import nn

from data import CLASSES
from encoder import MobileNetV2
from heads import HEADS

ENCODERS = {"mobilenetv2": MobileNetV2}


class Segmenter(nn.Module):
    """uint8 RGB [N,H,W,3] -> logits [N,classes,H/stride,W/stride]; while training also the auxiliary logits of the encoder's middle.

    output_stride: of the encoder, the head's own where None; the weights fit any.
    """

    def __init__(self, arch, encoder, classes, output_stride=None):
        super().__init__()
        self.encoder = ENCODERS[encoder](output_stride or HEADS[arch].output_stride)
        self.head = HEADS[arch](self.encoder.channels, classes)
        self.auxiliary = nn.Conv2d(self.encoder.channels["middle"], classes, 1)
        self.stride = HEADS[arch].stride

    @staticmethod
    def normalise(images):
        return images.permute(0, 3, 1, 2).float() * (1 / 127.5) - 1

    def forward(self, images):
        features = self.encoder(self.normalise(images))
        logits = self.head(features)
        return (logits, self.auxiliary(features["middle"])) if self.training else logits


def network_of(settings):
    """The network, untrained, that a run of train.py with these settings has."""
    return Segmenter(settings["arch"], settings["encoder"], len(CLASSES), settings["output_stride"])


class Together(nn.Module):
    """The mean of several networks' scores, at the finest of their strides, as its logarithm: [N,classes,H/stride,W/stride]."""

    def __init__(self, networks):
        super().__init__()
        self.networks = nn.ModuleList(networks)
        self.stride = min(network.stride for network in networks)

    def forward(self, images):
        scores = []
        for network in self.networks:
            logits = network(images)
            if network.stride > self.stride:
                logits = F.interpolate(logits, scale_factor=network.stride // self.stride, mode="bilinear", align_corners=False)
            scores.append(logits.softmax(1))
        return torch.stack(scores).mean(0).clamp_min(1e-7).log()
