"""Networks: one encoder, heads that plug in.

A head is a module (features: dict of stride -> [N,C,h,w]) -> logits at stride 4, [N,classes,H/4,W/4]. Add one to HEADS.
H and W are multiples of 32, so every stride-2 convolution sees an even size and TensorFlow's SAME padding is one
row below and one column to the right.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

# expansion, channels out, repeats, stride, dilation of the repeats after the first (MobileNetV2 table 2, output stride 16)
STAGES = ((1, 16, 1, 1, 1), (6, 24, 2, 2, 1), (6, 32, 3, 2, 1), (6, 64, 4, 2, 1), (6, 96, 3, 1, 1), (6, 160, 3, 1, 2), (6, 320, 1, 1, 2))


class ConvBn(nn.Module):
    """Convolution (TensorFlow SAME padding), BatchNorm, optional ReLU6. Frozen: convolution with bias, never trained."""

    def __init__(self, inputs, outputs, kernel=1, stride=1, dilation=1, groups=1, activate=True, frozen=False):
        super().__init__()
        padding = dilation * (kernel - 1) // 2 if stride == 1 else 0
        self.pad_end = stride == 2
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, groups, bias=frozen)
        self.bn = nn.Identity() if frozen else nn.BatchNorm2d(outputs)
        self.activation = nn.ReLU6(inplace=True) if activate else nn.Identity()
        self.frozen = frozen
        self.requires_grad_(not frozen)

    def forward(self, x):
        x = F.pad(x, (0, 1, 0, 1)) if self.pad_end else x
        return self.activation(self.bn(self.conv(x)))


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, expansion, stride, dilation, frozen):
        super().__init__()
        hidden = inputs * expansion
        layers = [ConvBn(inputs, hidden, frozen=frozen)] if expansion > 1 else []
        layers.append(ConvBn(hidden, hidden, 3, stride, dilation, hidden, frozen=frozen))
        layers.append(ConvBn(hidden, outputs, activate=False, frozen=frozen))
        self.layers = nn.Sequential(*layers)
        self.skip = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.layers(x) if self.skip else self.layers(x)


class MobileNetV2(nn.Module):
    """[N,3,H,W] in -1..1 -> {4: 24 ch, 8: 32 ch, "middle": 96 ch, 16: 320 ch}; the last two at stride 16.

    Everything up to stride 4 keeps its ImageNet weights: those layers hold 1 % of the encoder's parameters and about 40 % of
    its activations, so leaving them out of the backward pass makes a training step about a third shorter.
    """

    channels = {4: 24, 8: 32, "middle": 96, 16: 320}
    taps = {1: 4, 2: 8, 4: "middle", 6: 16}

    def __init__(self, frozen_stages=2):
        super().__init__()
        self.stem = ConvBn(3, 32, 3, 2, frozen=frozen_stages > 0)
        stages, inputs, before = [], 32, 1
        for number, (expansion, outputs, repeats, stride, dilation) in enumerate(STAGES):
            frozen = number < frozen_stages
            blocks = []
            for index in range(repeats):
                rate = before if index == 0 else dilation
                blocks.append(InvertedResidual(inputs, outputs, expansion, stride if index == 0 else 1, rate, frozen))
                inputs = outputs
            before = dilation
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)

    def forward(self, x):
        x, features = self.stem(x), {}
        for index, stage in enumerate(self.stages):
            x = stage(x)
            if index in self.taps:
                features[self.taps[index]] = x
        return features

    def load_folded(self, path, images):
        """Load BN-folded ImageNet weights; a fresh BatchNorm after each convolution is set to undo itself on `images`.

        gamma = std and beta = mean + folded bias of the convolution's own output, so the network starts as the
        pretrained function and still trains with BatchNorm. images: float [N,3,H,W] in -1..1.
        """
        weights, hooks = np.load(path), []

        def initialise(bn, inputs, bias):
            variance, mean = torch.var_mean(inputs[0], (0, 2, 3), correction=0)
            bn.running_mean.copy_(mean)
            bn.running_var.copy_(variance)
            bn.weight.data.copy_((variance + bn.eps).sqrt())
            bn.bias.data.copy_(mean + bias)

        for index, layer in enumerate(m for m in self.modules() if isinstance(m, ConvBn)):
            kernel, bias = (torch.from_numpy(weights[f"{index:02d}.{key}"]) for key in "wb")
            layer.conv.weight.data.copy_(kernel.view_as(layer.conv.weight))
            if layer.frozen:
                layer.conv.bias.data.copy_(bias)
                continue
            hooks.append(layer.bn.register_forward_pre_hook(lambda bn, inputs, bias=bias: initialise(bn, inputs, bias)))
        self.eval()
        with torch.no_grad():
            self(images)
        for hook in hooks:
            hook.remove()


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
        self.merge = nn.Sequential(ConvBn(outputs + branch * len(bins), outputs), ConvBn(outputs, outputs, 3, groups=outputs), ConvBn(outputs, outputs))

    def forward(self, x):
        height, width = x.shape[2:]
        parts = [self.reduce(x)]
        for bins, branch in zip(self.bins, self.branches):
            pooled = averaging_matrix(bins, height, x) @ x @ averaging_matrix(bins, width, x).T
            parts.append(F.interpolate(F.relu(branch(pooled)), (height, width), mode="bilinear", align_corners=False))
        return self.merge(torch.cat(parts, 1))


class PspHead(nn.Module):
    """Pyramid pooling at stride 16 and a light decoder that brings back edges from strides 8 and 4."""

    def __init__(self, channels, classes, width=160, fused=96):
        super().__init__()
        self.pyramid = PyramidPooling(channels[16], width)
        self.deep = ConvBn(width, fused, activate=False)
        self.side8 = ConvBn(channels[8], fused, activate=False)
        self.side4 = ConvBn(channels[4], fused, activate=False)
        separable = lambda: nn.Sequential(ConvBn(fused, fused, 3, groups=fused), ConvBn(fused, fused))
        self.refine8, self.refine4 = separable(), separable()
        self.drop = nn.Dropout2d(0.1)
        self.classify = nn.Conv2d(fused, classes, 1)

    def forward(self, features):
        up = lambda x, to: F.interpolate(x, to.shape[2:], mode="bilinear", align_corners=False)
        x = F.relu6(up(self.deep(self.pyramid(features[16])), features[8]) + self.side8(features[8]))
        x = F.relu6(up(self.refine8(x), features[4]) + self.side4(features[4]))
        return self.classify(self.drop(self.refine4(x)))


ENCODERS = {"mobilenetv2": MobileNetV2}
HEADS = {"pspnet": PspHead}


class Segmenter(nn.Module):
    """uint8 RGB [N,H,W,3] -> logits [N,classes,H/4,W/4]; while training also the auxiliary logits at stride 16."""

    def __init__(self, arch, encoder, classes):
        super().__init__()
        self.encoder = ENCODERS[encoder]()
        self.head = HEADS[arch](self.encoder.channels, classes)
        self.auxiliary = nn.Conv2d(self.encoder.channels["middle"], classes, 1)

    @staticmethod
    def normalise(images):
        return images.permute(0, 3, 1, 2).float() * (1 / 127.5) - 1

    def forward(self, images):
        features = self.encoder(self.normalise(images))
        logits = self.head(features)
        return (logits, self.auxiliary(features["middle"])) if self.training else logits
