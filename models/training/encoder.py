"""The encoder: MobileNetV2 with ImageNet weights, and the convolution that every head uses too.

H and W are multiples of 32, so every stride-2 convolution sees an even size and TensorFlow's SAME padding is one
row below and one column to the right.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

# expansion, channels out, repeats, stride (MobileNetV2 table 2)
STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))


class ConvBn(nn.Module):
    """Convolution (TensorFlow SAME padding), BatchNorm, optional ReLU6."""

    def __init__(self, inputs, outputs, kernel=1, stride=1, dilation=1, groups=1, activate=True):
        super().__init__()
        padding = dilation * (kernel - 1) // 2 if stride == 1 else 0
        self.pad_end = stride == 2
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, groups, bias=False)
        self.bn = nn.BatchNorm2d(outputs)
        self.activation = nn.ReLU6(inplace=True) if activate else nn.Identity()

    def forward(self, x):
        x = F.pad(x, (0, 1, 0, 1)) if self.pad_end else x
        return self.activation(self.bn(self.conv(x)))


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, expansion, stride, dilation):
        super().__init__()
        hidden = inputs * expansion
        layers = [ConvBn(inputs, hidden)] if expansion > 1 else []
        layers.append(ConvBn(hidden, hidden, 3, stride, dilation, hidden))
        layers.append(ConvBn(hidden, outputs, activate=False))
        self.layers = nn.Sequential(*layers)
        self.skip = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.layers(x) if self.skip else self.layers(x)


class MobileNetV2(nn.Module):
    """[N,3,H,W] in -1..1 -> {2: 16 ch, 4: 24 ch, 8: 32 ch, "middle": 96 ch at stride 16 at most, "deep": 320 ch at the output stride}.

    A stage that would go past the output stride (8, 16 or 32) dilates instead, from its second block on.
    """

    channels = {2: 16, 4: 24, 8: 32, "middle": 96, "deep": 320}
    taps = {0: 2, 1: 4, 2: 8, 4: "middle", 6: "deep"}

    def __init__(self, output_stride=16):
        super().__init__()
        self.stem = ConvBn(3, 32, 3, 2)
        stages, inputs, reached, rate = [], 32, 2, 1
        for expansion, outputs, repeats, stride in STAGES:
            before = rate
            if reached * stride > output_stride:
                stride, rate = 1, rate * stride
            reached *= stride
            blocks = []
            for index in range(repeats):
                first = index == 0
                blocks.append(InvertedResidual(inputs, outputs, expansion, stride if first else 1, before if first else rate))
                inputs = outputs
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
            hooks.append(layer.bn.register_forward_pre_hook(lambda bn, inputs, bias=bias: initialise(bn, inputs, bias)))
        self.eval()
        with torch.no_grad():
            self(images)
        for hook in hooks:
            hook.remove()
