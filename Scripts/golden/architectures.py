#!/usr/bin/env python3
"""Makes the fixture of the architecture tests: for each network of torchvision how many parameters it
has, and hashes of the names and shapes of its parameters and of its running statistics, in the order
of its state_dict.

Usage: python3 Scripts/golden/architectures.py Tests/ConvNetsTests/Fixtures

A hash is 64-bit FNV-1a over a line "name [extent, extent]" for each array.
"""

import json
import platform
import sys
from pathlib import Path

import torch
import torchvision

NAMES = [
    "alexnet",
    *[f"vgg-{size}{bn}" for size in (11, 13, 16, 19) for bn in ("", "-bn")],
    "googlenet", "googlenet-no-aux",
    *[f"resnet-{size}" for size in (18, 34, 50, 101, 152)],
]  # fmt: skip


def fnv1a(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


def digest(arrays):
    return fnv1a("".join(f"{name} {list(value.shape)}\n" for name, value in arrays))


def describe(name, classes):
    base = name.removesuffix("-no-aux")
    options = {"init_weights": False} if base.startswith(("vgg", "googlenet")) else {}
    if base == "googlenet":
        options["aux_logits"] = base == name
    spelling = base.removesuffix("-bn").replace("-", "") + ("_bn" if name.endswith("-bn") else "")
    model = getattr(torchvision.models, spelling)(num_classes=classes, **options)
    parameters = dict(model.named_parameters())
    state = [(key, value) for key, value in model.state_dict().items()
             if not key.endswith("num_batches_tracked")]  # fmt: skip
    return {
        "name": name, "classes": classes,
        "count": sum(value.numel() for value in parameters.values()),
        "parameters": digest((key, value) for key, value in state if key in parameters),
        "statistics": digest((key, value) for key, value in state if key not in parameters),
    }  # fmt: skip


networks = [describe(name, classes) for classes in (1000, 7) for name in NAMES]
header = {
    "made by": "Scripts/golden/architectures.py",
    "versions": {
        "Python": platform.python_version(), "torch": torch.__version__,
        "torchvision": torchvision.__version__,
    },
}  # fmt: skip
lines = ",\n".join(json.dumps(network) for network in networks)
folder = Path(sys.argv[1])
(folder / "architectures.json").write_text(
    json.dumps(header)[:-1] + f', "networks": [\n{lines}\n]}}\n'
)
