"""Heads: what the architectures differ in.

A head is a module (features: dict of stride -> [N,C,h,w]) -> logits [N,classes,H/stride,W/stride], and names the output stride that it
wants of the encoder. From its own stride on, mostly 4, the product's blending takes over. Separable convolutions stand where the papers'
wide ones would outweigh the encoder. Add one to HEADS.
"""

import torch
import torch.nn.functional as F
from torch import nn

from encoder import ConvBn


def up(x, to):
    """[N,C,h,w] at the size of `to`, bilinear with half-pixel centres."""
    return F.interpolate(x, to.shape[2:], mode="bilinear", align_corners=False)


def separable(inputs, outputs, dilation=1):
    """Depthwise 3x3, then 1x1."""
    return nn.Sequential(ConvBn(inputs, inputs, 3, dilation=dilation, groups=inputs), ConvBn(inputs, outputs))


def averaging_matrix(bins, size, like):
    """[bins,size]: row i averages cells floor(i*size/bins) to ceil((i+1)*size/bins), AdaptiveAvgPool2d's own rule.

    Two products with such matrices pool any size in one exported graph; AdaptiveAvgPool2d itself freezes the size.
    """
    row = torch.arange(bins, device=like.device).unsqueeze(1)
    cell = torch.arange(size, device=like.device).unsqueeze(0)
    inside = ((cell + 1) * bins > row * size) & (cell * bins < (row + 1) * size)
    inside = inside.to(like.dtype)
    return inside / inside.sum(1, keepdim=True)


class PyramidPooling(nn.Module):
    """[N,C,h,w] -> [N,outputs,h,w]: averages over 1, 2, 3 and 6 bins beside the features, then one 3x3 convolution.

    No BatchNorm in the branches: one bin has a single value per image.
    """

    def __init__(self, inputs, outputs, bins=(1, 2, 3, 6)):
        super().__init__()
        self.bins = bins
        branch = inputs // len(bins)
        self.branches = nn.ModuleList(nn.Conv2d(inputs, branch, 1) for _ in bins)
        self.reduce = ConvBn(inputs, outputs)
        self.merge = nn.Sequential(ConvBn(outputs + branch * len(bins), outputs), *separable(outputs, outputs))

    def forward(self, x):
        height, width = x.shape[2:]
        parts = [self.reduce(x)]
        for bins, branch in zip(self.bins, self.branches):
            pooled = averaging_matrix(bins, height, x) @ x @ averaging_matrix(bins, width, x).T
            parts.append(F.interpolate(F.relu(branch(pooled)), (height, width), mode="bilinear", align_corners=False))
        return self.merge(torch.cat(parts, 1))


class Head(nn.Module):
    """What they have in common."""

    stride = 4
    output_stride = 16


class PspHead(Head):
    """PSPNet (Zhao et al. 2017): pyramid pooling, here with a light decoder that brings back edges from strides 8 and 4."""

    def __init__(self, channels, classes, width=160, fused=96):
        super().__init__()
        self.pyramid = PyramidPooling(channels["deep"], width)
        self.deep = ConvBn(width, fused, activate=False)
        self.side8 = ConvBn(channels[8], fused, activate=False)
        self.side4 = ConvBn(channels[4], fused, activate=False)
        self.refine8, self.refine4 = separable(fused, fused), separable(fused, fused)
        self.drop = nn.Dropout2d(0.1)
        self.classify = nn.Conv2d(fused, classes, 1)

    def forward(self, features):
        x = F.relu6(up(self.deep(self.pyramid(features["deep"])), features[8]) + self.side8(features[8]))
        x = F.relu6(up(self.refine8(x), features[4]) + self.side4(features[4]))
        return self.classify(self.drop(self.refine4(x)))


class PspFineHead(Head):
    """PSPNet's pyramid in front of U-Net's decoder: the encoder's features beside the enlarged ones down to stride 2, a 3x3 convolution each."""

    stride = 2

    def __init__(self, channels, classes, width=160, widths=(128, 96, 64, 32)):
        super().__init__()
        self.pyramid = PyramidPooling(channels["deep"], width)
        self.sides = ("middle", 8, 4, 2)
        inputs, reductions, levels = width, [], []
        for side, outputs in zip(self.sides, widths):
            reductions.append(ConvBn(inputs, outputs))
            levels.append(ConvBn(outputs + channels[side], outputs, 3))
            inputs = outputs
        self.reductions, self.levels = nn.ModuleList(reductions), nn.ModuleList(levels)
        self.drop = nn.Dropout2d(0.1)
        self.classify = nn.Conv2d(inputs, classes, 1)

    def forward(self, features):
        x = self.pyramid(features["deep"])
        for side, reduce, level in zip(self.sides, self.reductions, self.levels):
            x = level(torch.cat([up(reduce(x), features[side]), features[side]], 1))
        return self.classify(self.drop(x))


class FcnHead(Head):
    """FCN-8s (Long et al. 2015): class scores of strides 32, 16 and 8, each enlarged and added to the next."""

    output_stride = 32

    def __init__(self, channels, classes, width=256):
        super().__init__()
        self.deep = separable(channels["deep"], width)
        self.drop = nn.Dropout2d(0.1)
        self.score32 = nn.Conv2d(width, classes, 1)
        self.score16 = nn.Conv2d(channels["middle"], classes, 1)
        self.score8 = nn.Conv2d(channels[8], classes, 1)

    def forward(self, features):
        x = self.score32(self.drop(self.deep(features["deep"])))
        x = up(x, features["middle"]) + self.score16(features["middle"])
        x = up(x, features[8]) + self.score8(features[8])
        return up(x, features[4])


class UnetHead(Head):
    """U-Net (Ronneberger et al. 2015): at strides 16, 8 and 4 the encoder's features beside the enlarged ones, then two 3x3 convolutions."""

    output_stride = 32

    def __init__(self, channels, classes, widths=(128, 64, 48)):
        super().__init__()
        self.sides = ("middle", 8, 4)
        inputs, levels = channels["deep"], []
        for side, width in zip(self.sides, widths):
            levels.append(nn.Sequential(ConvBn(inputs + channels[side], width, 3), ConvBn(width, width, 3)))
            inputs = width
        self.levels = nn.ModuleList(levels)
        self.drop = nn.Dropout2d(0.1)
        self.classify = nn.Conv2d(inputs, classes, 1)

    def forward(self, features):
        x = features["deep"]
        for side, level in zip(self.sides, self.levels):
            x = level(torch.cat([up(x, features[side]), features[side]], 1))
        return self.classify(self.drop(x))


class DeepLabHead(Head):
    """DeepLabv3+ (Chen et al. 2018): atrous pyramid at rates 6, 12 and 18 with the picture's mean, and a decoder with stride 4."""

    def __init__(self, channels, classes, width=128, low=32, decoded=96, rates=(6, 12, 18)):
        super().__init__()
        deep = channels["deep"]
        self.local = nn.ModuleList([ConvBn(deep, width), *(separable(deep, width, rate) for rate in rates)])
        self.whole = nn.Conv2d(deep, width, 1)
        self.merge = ConvBn(width * (len(rates) + 2), width)
        self.low = ConvBn(channels[4], low)
        self.decode = nn.Sequential(*separable(width + low, decoded), *separable(decoded, decoded))
        self.drop = nn.Dropout2d(0.1)
        self.classify = nn.Conv2d(decoded, classes, 1)

    def forward(self, features):
        deep = features["deep"]
        whole = F.relu(self.whole(deep.mean((2, 3), keepdim=True)))
        x = self.merge(torch.cat([*(branch(deep) for branch in self.local), up(whole, deep)], 1))
        return self.classify(self.drop(self.decode(torch.cat([up(x, features[4]), self.low(features[4])], 1))))


class UnitLength(nn.Module):
    """Each pixel's features at L2 length 1, times a learnt scale per channel (Liu et al. 2016 start it at 10)."""

    def __init__(self, channels, scale=10.0):
        super().__init__()
        self.scale = nn.Parameter(torch.full((1, channels, 1, 1), scale))

    def forward(self, x):
        return x * torch.rsqrt(x.square().sum(1, keepdim=True) + 1e-6) * self.scale


class ParseNetHead(Head):
    """ParseNet (Liu et al. 2016): strides 8 and 16 and the picture's mean, each L2-normalised, concatenated and classified by 1x1.

    The classifier of the concatenation is written as a sum of one per part: enlarging commutes with it, and five score maps are
    cheaper to enlarge than 700 features.
    """

    def __init__(self, channels, classes, width=256):
        super().__init__()
        self.deep = separable(channels["deep"], width)
        self.drop = nn.Dropout2d(0.1)
        part = lambda inputs: nn.Sequential(UnitLength(inputs), nn.Conv2d(inputs, classes, 1))
        self.whole, self.local, self.middle, self.side8 = part(width), part(width), part(channels["middle"]), part(channels[8])

    def forward(self, features):
        deep = self.drop(self.deep(features["deep"]))
        x = self.local(deep) + self.whole(deep.mean((2, 3), keepdim=True)) + up(self.middle(features["middle"]), deep)
        return up(up(x, features[8]) + self.side8(features[8]), features[4])


HEADS = {"pspnet": PspHead, "pspnet-fine": PspFineHead, "fcn8s": FcnHead, "unet": UnetHead, "deeplabv3plus": DeepLabHead, "parsenet": ParseNetHead}
