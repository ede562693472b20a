#!/usr/bin/env python3
"""Makes the fixture of the layer tests: what PyTorch's layers make of small batches, forward and
backward.

Inputs are not recorded: value i of an array with salt s is ((i + s) * 7919 mod 1009 - 504) / 252, so
that values repeat after 1009 of them only; with ties, that rounded to halves.

Usage: python3 Scripts/golden/layers.py Tests/ConvNetsTests/Fixtures
"""

import json
import platform
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

folder = Path(sys.argv[1])
cases = []


def values(shape, salt, ties=False):
    count = int(np.prod(shape))
    array = ((np.arange(count) + salt) * 7919 % 1009 - 504) / 252
    if ties:
        array = np.round(array * 2) / 2
    return torch.tensor(array.reshape(shape), dtype=torch.float32)


def listed(tensor):
    rounded = [float(f"{value:.7g}") for value in tensor.detach().double().ravel().tolist()]
    return [int(value) if value == int(value) else value for value in rounded]


def add(kind, module, shape, ties=False, training=True, rounds=1, **settings):
    module.train(training)
    if kind == "batchNorm":
        with torch.no_grad():
            module.weight.copy_(values((shape[1],), 3) + 2)
            module.bias.copy_(values((shape[1],), 5))
            module.running_mean.copy_(values((shape[1],), 7))
            module.running_var.copy_(values((shape[1],), 9) + 3)
    for _ in range(rounds):
        x = values(shape, 0, ties).requires_grad_()
        y = module(x)
    y.backward(values(y.shape, 17))
    case = {
        "kind": kind, "shape": list(shape), "ties": ties, "training": training, "rounds": rounds,
        "settings": settings, "outputShape": list(y.shape), "output": listed(y),
        "gradient": listed(x.grad),
    }
    if kind == "batchNorm":
        case["arrays"] = {
            "weight": listed(module.weight.grad), "bias": listed(module.bias.grad),
            "mean": listed(module.running_mean), "variance": listed(module.running_var),
        }
    cases.append(case)


def pooling(kernel, stride, padding, ceil, counts=True):
    return {
        "kernel": list(kernel), "stride": list(stride), "padding": list(padding),
        "roundsUp": int(ceil), "countsPadding": int(counts),
    }


windows = [
    ((2, 3, 6, 7), (2, 2), (2, 2), (0, 0), False),
    ((2, 3, 6, 7), (3, 3), (2, 2), (1, 1), False),
    ((1, 3, 6, 7), (3, 2), (2, 3), (1, 0), True),
    ((1, 2, 7, 5), (2, 2), (3, 3), (1, 1), True),
    ((2, 17, 3, 3), (3, 3), (1, 1), (1, 1), True),
    ((1, 1, 1, 1), (1, 1), (1, 1), (0, 0), False),
]
for shape, kernel, stride, padding, ceil in windows:
    for ties in (False, True):
        add("maxPool", nn.MaxPool2d(kernel, stride, padding, ceil_mode=ceil), shape, ties,
            **pooling(kernel, stride, padding, ceil))
    for counts in (True, False):
        add("averagePool",
            nn.AvgPool2d(kernel, stride, padding, ceil_mode=ceil, count_include_pad=counts), shape,
            **pooling(kernel, stride, padding, ceil, counts))
for shape, size in [((2, 3, 7, 5), (3, 2)), ((1, 2, 3, 2), (5, 7)), ((2, 5, 4, 4), (1, 1))]:
    add("adaptiveAveragePool", nn.AdaptiveAvgPool2d(size), shape, size=list(size))
    add("adaptiveMaxPool", nn.AdaptiveMaxPool2d(size), shape, True, size=list(size))
add("relu", nn.ReLU(), (2, 3, 3, 4), True)
add("tanh", nn.Tanh(), (2, 3, 3, 4))
add("sigmoid", nn.Sigmoid(), (2, 3, 3, 4))
add("flatten", nn.Flatten(), (2, 3, 3, 4))
for shape in [(3, 5, 3, 4), (2, 17, 1, 1), (2, 1, 5, 3)]:
    add("batchNorm", nn.BatchNorm2d(shape[1]), shape, rounds=2)
    add("batchNorm", nn.BatchNorm2d(shape[1], eps=1e-3, momentum=0.3), shape, training=False,
        epsilon=1e-3, momentum=0.3)
for size, alpha, beta, k in [(5, 1e-4, 0.75, 1.0), (5, 0.5, 0.75, 2.0), (4, 0.3, 0.6, 1.5)]:
    add("localResponseNorm", nn.LocalResponseNorm(size, alpha, beta, k), (2, 7, 2, 3), size=[size],
        alpha=alpha, beta=beta, k=k)

logits, targets = values((4, 5), 0).requires_grad_(), values((4, 5), 17).softmax(1)
loss = nn.CrossEntropyLoss()(logits, targets)
loss.backward()
result = {
    "made by": "Scripts/golden/layers.py",
    "versions": {
        "Python": platform.python_version(), "NumPy": np.__version__, "PyTorch": torch.__version__,
    },
    "cases": cases,
    "crossEntropy": {
        "targets": listed(targets), "loss": loss.item(), "gradient": listed(logits.grad),
    },
}
text = json.dumps(result, separators=(",", ":"), sort_keys=True)
(folder / "layers.json").write_text(text + "\n")
