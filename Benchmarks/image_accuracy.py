#!/usr/bin/env python3
"""Accuracy on CIFAR-10 beside PyTorch: the same network, augmentation, schedule and start.

    pip install torch numpy
    WORDTOOL_CORPORA=corpora-folder Benchmarks/image_accuracy.py [--seeds 1 2 3 4 5] [--record]

Four convolutions with batch normalisation learn the 10,000 images of data_batch_1 and are judged by
the 1,000 test images: SGD with momentum 0.9 and weight decay 5e-4, a rate of 0.05 along a cosine,
batches of 64, 10 epochs, crops of 32 x 32 from 40 x 40 with black borders, horizontal flips, values
centred and scaled channel by channel. Both sides start from weights of the same distributions. The
accuracy of one run moves by a point or more with the seed, so means over seeds are compared.
"""

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import peers

LAYERS = (
    "conv 32 3x3 pad 1 no-bias, bn, relu, conv 32 3x3 pad 1 no-bias, bn, relu, max-pool 2, "
    "conv 64 3x3 pad 1 no-bias, bn, relu, max-pool 2, conv 64 3x3 pad 1 no-bias, bn, relu, "
    "average-pool 8, flatten, fc classes"
)
EPOCHS = 10
BATCH = 64
RATE = 0.05
DECAY = 5e-4


def images(path):
    """The images of a CIFAR-10 file as [N, 3, 32, 32] in 0 ... 1, and their labels."""
    import numpy as np

    with gzip.open(path) as file:
        records = np.frombuffer(file.read(), np.uint8).reshape(-1, 3073)
    return records[:, 1:].reshape(-1, 3, 32, 32).astype(np.float32) / 255, records[:, 0].astype(int)


def network():
    """The network of LAYERS, from weights of the distributions that wordtool draws from."""
    import torch
    from torch import nn

    def block(inputs, outputs):
        return [
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
        ]  # fmt: skip

    layers = nn.Sequential(
        *block(3, 32), *block(32, 32), nn.MaxPool2d(2), *block(32, 64), nn.MaxPool2d(2),
        *block(64, 64), nn.AvgPool2d(8), nn.Flatten(), nn.Linear(64, 10),
    )  # fmt: skip
    for module in layers:
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    return layers


def torch_accuracy(corpora, seed, threads, epochs):
    """Trains in PyTorch; the share of the test images that it gets right."""
    import numpy as np
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    x, y = images(corpora / "cifar-10/data_batch_1.bin.gz")
    test_x, test_y = images(corpora / "cifar-10/test_batch_first1000.bin.gz")
    mean = x.mean((0, 2, 3), keepdims=True)
    deviation = x.std((0, 2, 3), keepdims=True)
    padded = np.pad(x, ((0, 0), (0, 0), (4, 4), (4, 4)))
    layers = network()
    optimizer = torch.optim.SGD(layers.parameters(), RATE, momentum=0.9, weight_decay=DECAY)
    steps = epochs * -(-len(x) // BATCH)
    step = 0
    for epoch in range(epochs):
        layers.train()
        order = rng.permutation(len(x))
        total = 0.0
        for start in range(0, len(x), BATCH):
            chosen = order[start : start + BATCH]
            batch = np.empty((len(chosen), 3, 32, 32), np.float32)
            for place, index in enumerate(chosen):
                top, left = rng.integers(0, 9, 2)
                image = padded[index, :, top : top + 32, left : left + 32]
                batch[place] = image[:, :, ::-1] if rng.random() < 0.5 else image
            for group in optimizer.param_groups:
                group["lr"] = RATE * (1 + np.cos(np.pi * step / steps)) / 2
            logits = layers(torch.from_numpy((batch - mean) / deviation))
            loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(y[chosen]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(chosen)
            step += 1
        print(f"torch seed {seed} epoch {epoch + 1}: loss {total / len(x):.4f}", file=sys.stderr)
    layers.eval()
    with torch.no_grad():
        logits = layers(torch.from_numpy((test_x - mean) / deviation))
    return float((logits.argmax(1).numpy() == test_y).mean())


def wordtool_accuracy(corpora, seed, threads, epochs, wordtool, folder):
    """Trains with wordtool; the share of the test images that it gets right."""
    command = [
        wordtool, "image", "train", str(corpora / "cifar-10/data_batch_1.bin.gz"),
        "-o", str(folder / "model.safetensors"), "--model", LAYERS,
        "--test", str(corpora / "cifar-10/test_batch_first1000.bin.gz"),
        "--epochs", str(epochs), "--batch", str(BATCH), "--lr", str(RATE), "--momentum", "0.9",
        "--weight-decay", str(DECAY), "--schedule", "cosine",
        "--augment", "crop=32x32+4,horizontal-flip", "--fill", "constant", "--constant", "0",
        "--seed", str(seed), "--threads", str(threads), "--json",
    ]  # fmt: skip
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(output)["testAccuracy"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--only", choices=["wordtool", "torch"])
    parser.add_argument("--record", action="store_true", help="write the figures to record/")
    arguments = parser.parse_args()
    if not os.environ.get("WORDTOOL_CORPORA"):
        sys.exit("error: WORDTOOL_CORPORA is not set; it names the folder with cifar-10/")
    corpora = Path(os.environ["WORDTOOL_CORPORA"])
    tool = peers.Wordtool()
    if arguments.only != "torch" and (reason := tool.missing()):
        sys.exit(f"error: {reason}")
    processor, header = peers.machine()
    results = {"wordtool": [], "torch": []}
    with tempfile.TemporaryDirectory() as folder:
        for seed in arguments.seeds:
            for side in results:
                if arguments.only not in (None, side):
                    continue
                began = time.monotonic()
                if side == "torch":
                    accuracy = torch_accuracy(corpora, seed, arguments.threads, arguments.epochs)
                else:
                    accuracy = wordtool_accuracy(
                        corpora, seed, arguments.threads, arguments.epochs, tool.path, Path(folder)
                    )
                results[side].append(accuracy)
                seconds = time.monotonic() - began
                print(f"{side} seed {seed}: {accuracy:.4f} ({seconds:.0f} s)", flush=True)
    for side, values in results.items():
        if values:
            spread = statistics.stdev(values) if len(values) > 1 else 0
            print(f"{side}: mean {statistics.mean(values):.4f}, deviation {spread:.4f}")
    if arguments.record:
        peers.record("cifar-10", processor, {
            "command": " ".join(["Benchmarks/image_accuracy.py", *sys.argv[1:]]),
            "machine": [*header, f"wordtool: {tool.version()}"], "epochs": arguments.epochs,
            "accuracy": results,
        })  # fmt: skip


if __name__ == "__main__":
    main()
