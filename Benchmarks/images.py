#!/usr/bin/env python3
"""Training and inference of networks for images beside PyTorch: speed and peak memory.

    pip install torch torchvision numpy
    WORDTOOL_CORPORA=corpora-folder Benchmarks/images.py [--record]

One run alternates between the two in pairs; ratios are taken within pairs, and medians over them.
Training: whole steps on images from memory, values centred and scaled: forward, cross-entropy,
backward, SGD with momentum. wordtool tells its own images per second (`image train --json`).
Inference: passes of random images through random weights, the median of several, after some that do
not count (`image time --json`). PyTorch runs eagerly, in inference mode, in a process of its own for
each case; the peak memory is that of either process as the system counts it.
"""

import argparse
import gzip
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import peers
from peers.pytorch import PyTorch, serve

RATE, MOMENTUM = 0.01, 0.9


@dataclass(frozen=True)
class Case:
    """One thing to do with one network."""

    name: str
    model: str
    batch: int
    #: Rows, columns, depth.
    input: tuple
    #: The set to train on, in the folder of corpora; None for inference.
    data: str = None
    #: Steps of training, or passes.
    count: int = 20
    classes: int = 10
    #: Whether the images of the set are of another size: wordtool stretches them as it reads, PyTorch has
    #: them stretched in memory.
    stretched: bool = False

    @property
    def unit(self):
        return "images/s" if self.batch > 1 else "ms"


PHOTO = (224, 224, 3)
CASES = [
    Case("training example-cnn, MNIST", "example-cnn", 64, (28, 28, 1),
         "mnist/train-images-idx3-ubyte.gz", 300),
    Case("training ResNet-20, CIFAR-10", "resnet-20", 64, (32, 32, 3),
         "cifar-10/data_batch_1.bin.gz", 40),
    Case("training ResNet-18, CIFAR-10 at 64 x 64", "resnet-18", 32, (64, 64, 3),
         "cifar-10/data_batch_1.bin.gz", 20, stretched=True),
    Case("example-cnn, 64 images", "example-cnn", 64, (28, 28, 1), count=50),
    Case("example-cnn, 1,000 images", "example-cnn", 1000, (28, 28, 1), count=10),
    Case("ResNet-18, one image", "resnet-18", 1, PHOTO, count=30, classes=1000),
    Case("AlexNet, one image", "alexnet", 1, PHOTO, count=30, classes=1000),
]  # fmt: skip


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="pairs for each case [5]")
    parser.add_argument("--threads", type=int, default=2, help="[2]")
    parser.add_argument("--count", type=int, help="steps or passes of each run [some seconds]")
    parser.add_argument(
        "--only", default="", metavar="TEXT[,TEXT...]",
        help="only the cases with this in their names [all]",
    )  # fmt: skip
    parser.add_argument(
        "--channels-last", action="store_true", help="let PyTorch keep channels together"
    )
    parser.add_argument(
        "--record", action="store_true", help="write the results to record/<processor>/<date>"
    )
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.rounds < 1 or options.threads < 1 or (options.count or 1) < 1:
        parser.error("--rounds, --threads and --count must be at least 1")
    return options


# --- PyTorch, in a process of its own ------------------------------------------------------------


def read(path, limit):
    """The first images of a set as wordtool gets them, centred and scaled, and their labels."""
    import numpy as np

    with gzip.open(path) as file:
        data = np.frombuffer(file.read(), np.uint8)
    if "cifar" in str(path):
        records = data.reshape(-1, 3073)[:limit]
        labels, pixels = records[:, 0], records[:, 1:].reshape(-1, 3, 32, 32)
    else:
        labels_path = str(path).replace("images-idx3", "labels-idx1")
        with gzip.open(labels_path) as file:
            labels = np.frombuffer(file.read(), np.uint8)[8 : 8 + limit]
        pixels = data[16:].reshape(-1, 1, 28, 28)[:limit]
    images = pixels.astype(np.float32) / 255
    mean = images.mean((0, 2, 3), keepdims=True)
    images -= mean
    images /= images.std((0, 2, 3), keepdims=True)
    return images, labels.astype(np.int64)


def example_cnn(torch):
    nn = torch.nn

    class Example(nn.Module):
        """The network of PyTorch's MNIST example."""

        def __init__(self):
            super().__init__()
            self.conv1, self.conv2 = nn.Conv2d(1, 32, 3), nn.Conv2d(32, 64, 3)
            self.dropout1, self.dropout2 = nn.Dropout(0.25), nn.Dropout(0.5)
            self.fc1, self.fc2 = nn.Linear(9216, 128), nn.Linear(128, 10)

        def forward(self, x):
            x = self.conv2(self.conv1(x).relu_()).relu_()
            x = self.dropout1(nn.functional.max_pool2d(x, 2)).flatten(1)
            return self.fc2(self.dropout2(self.fc1(x).relu_()))

    return Example()


def resnet20():
    """The network as wordtool builds it: a 1x1 convolution where a shortcut changes its shape."""
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self, inputs, outputs, stride):
            super().__init__()
            self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(outputs)
            self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(outputs)
            self.downsample = None
            if stride != 1 or inputs != outputs:
                self.downsample = nn.Sequential(
                    nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
                )

        def forward(self, x):
            y = torch.relu(self.bn1(self.conv1(x)))
            y = self.bn2(self.conv2(y))
            return torch.relu(y + (x if self.downsample is None else self.downsample(x)))

    layers = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    width = 16
    for stage in range(3):
        for index in range(3):
            outputs = 16 << stage
            layers.append(Block(width, outputs, 2 if stage > 0 and index == 0 else 1))
            width = outputs
    network = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    return network


class Worker:
    """The network of a case, and what is done with it."""

    def __init__(self, torch, case, channels_last):

        self.torch, self.case = torch, case
        torch.manual_seed(1)
        if case["model"] == "example-cnn":
            self.model = example_cnn(torch)
        elif case["model"] == "resnet-20":
            self.model = resnet20()
        else:
            import torchvision

            make = getattr(torchvision.models, case["model"].replace("-", ""))
            self.model = make(num_classes=case["classes"])
        layout = torch.channels_last if channels_last else torch.contiguous_format
        self.model = self.model.to(memory_format=layout)
        self.parameters = sum(value.numel() for value in self.model.parameters())
        height, width, channels = case["input"]
        if case["data"]:
            # No more than are used, so that the peak is that of the training.
            images, labels = read(
                Path(os.environ["WORDTOOL_CORPORA"]) / case["data"], case["count"] * case["batch"])
            self.images, self.labels = torch.from_numpy(images), torch.from_numpy(labels)
            if case["stretched"]:
                self.images = torch.nn.functional.interpolate(
                    self.images, (height, width), mode="bilinear")
            self.images = self.images.contiguous(memory_format=layout)
            self.optimizer = torch.optim.SGD(
                self.model.parameters(), lr=RATE, momentum=MOMENTUM, fused=True)
        else:
            self.model.eval()
            self.batch = torch.rand(case["batch"], channels, height, width) * 2 - 1
            self.batch = self.batch.contiguous(memory_format=layout)

    def train(self, steps):
        """Images per second."""
        order = self.torch.randperm(len(self.labels))
        size = self.case["batch"]
        start = time.perf_counter()
        for step in range(steps):
            first = step * size % max(len(order) - size + 1, 1)
            chosen = order[first : first + size]
            self.optimizer.zero_grad()
            logits = self.model(self.images[chosen])
            loss = self.torch.nn.functional.cross_entropy(logits, self.labels[chosen])
            loss.backward()
            self.optimizer.step()
            loss.item()
        return steps * size / (time.perf_counter() - start)

    def classify(self, passes):
        """Seconds of the median pass."""
        seconds = []
        with self.torch.inference_mode():
            for _ in range(passes):
                start = time.perf_counter()
                self.model(self.batch)
                seconds.append(time.perf_counter() - start)
        return statistics.median(seconds)

    def answer(self, count):
        if self.case["data"]:
            return self.train(count)
        seconds = self.classify(count)
        return self.case["batch"] / seconds if self.case["batch"] > 1 else seconds * 1000


def answering(torch):
    """What answers the requests of `compare`."""
    worker = None

    def answer(request):
        nonlocal worker
        if "case" in request:
            worker = Worker(torch, request["case"], request["channelsLast"])
            worker.answer(min(3, request["case"]["count"]))
            answer = {"parameters": worker.parameters}
        else:
            answer = {"value": worker.answer(request["count"])}
        # Kilobytes on Linux, bytes on macOS.
        scale = 1 if sys.platform == "darwin" else 1024
        answer["peakBytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale
        return answer

    return answer


# --- wordtool --------------------------------------------------------------------------------------


def told(command):
    """The JSON that a command prints."""
    return json.loads(peers.run(command)[0])


def ours(tool, case, count, threads, folder):
    """What wordtool takes: the value, its parameters and its peak memory."""
    if case.data:
        summary = told([
            tool.path, "image", "train", Path(os.environ["WORDTOOL_CORPORA"]) / case.data,
            "-o", Path(folder) / "model", "--model", case.model, "--batch", case.batch,
            "--optimizer", "sgd", "--lr", RATE, "--momentum", MOMENTUM, "--schedule", "constant",
            "--max-steps", count, "--threads", threads, "--json", "-q",
            *(["--input", "x".join(map(str, case.input)), "--fit", "stretch"] if case.stretched else []),
        ])  # fmt: skip
        return summary["imagesPerSecond"], summary
    summary = told([
        tool.path, "image", "time", case.model, "--input", "x".join(map(str, case.input)),
        "--classes", case.classes, "--batch", case.batch, "--repeat", count,
        "--threads", threads, "--json",
    ])  # fmt: skip
    return summary["imagesPerSecond" if case.batch > 1 else "milliseconds"], summary


def compare(tool, case, arguments, folder):
    count = arguments.count or case.count
    torch = PyTorch(__file__, arguments.threads)
    theirs = torch.ask(
        case={**asdict(case), "count": count}, channelsLast=arguments.channels_last)
    pairs, memory = [], [0, theirs["peakBytes"]]
    for turn in range(1, arguments.rounds + 1):
        answers = {}
        # Each is first in every other turn.
        for side in ("wordtool", "torch")[:: 1 if turn % 2 else -1]:
            if side == "torch":
                answer = torch.ask(count=count)
                answers[side], memory[1] = answer["value"], answer["peakBytes"]
            else:
                answers[side], summary = ours(tool, case, count, arguments.threads, folder)
                memory[0] = max(memory[0], summary["peakResidentBytes"])
                if summary["parameters"] != theirs["parameters"]:
                    sys.exit(
                        f"error: {case.name}: wordtool has {summary['parameters']:,} parameters, "
                        f"PyTorch {theirs['parameters']:,}; they are not the same network"
                    )
        pairs.append((answers["wordtool"], answers["torch"]))
        a, b = pairs[-1]
        print(
            f"{case.name}, pair {turn}: {a:,.4g} beside {b:,.4g} {case.unit}, ratio {a / b:.2f}",
            file=sys.stderr, flush=True,
        )  # fmt: skip
    torch.end()
    first, second = zip(*pairs)
    ratios = sorted(a / b for a, b in pairs)
    return {
        "name": case.name, "unit": case.unit, "count": count, "parameters": theirs["parameters"],
        "wordtool": statistics.median(first), "torch": statistics.median(second),
        "ratio": statistics.median(ratios), "ratioRange": [ratios[0], ratios[-1]],
        "peakBytes": memory, "pairs": pairs, "torchVersion": torch.version,
    }  # fmt: skip


# --- Results ---------------------------------------------------------------------------------------


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def table(results):
    lines = [["", "wordtool", "PyTorch", "unit", "ratio", "lowest to highest", "peak MB"]]
    for result in results:
        low, high = result["ratioRange"]
        memory = " / ".join(f"{size / 1e6:,.0f}" for size in result["peakBytes"])
        lines.append([
            result["name"], number(result["wordtool"]), number(result["torch"]), result["unit"],
            f"{result['ratio']:.2f}", f"{low:.2f} to {high:.2f}", memory,
        ])  # fmt: skip
    return peers.markdown(lines)


def main():
    arguments = parse()
    if arguments.worker:
        return serve(arguments.threads, answering)
    if not os.environ.get("WORDTOOL_CORPORA"):
        sys.exit("error: WORDTOOL_CORPORA is not set; it names the folder with mnist/ and cifar-10/")
    tool = peers.Wordtool()
    if reason := tool.missing():
        sys.exit(f"error: {reason}")
    cases = peers.selected(CASES, arguments.only)
    if not cases:
        sys.exit(f"error: --only {arguments.only}: no case is called so; there are: "
                 f"{'; '.join(c.name for c in CASES)}")  # fmt: skip
    processor, header = peers.machine()
    peers.warn_if_busy()
    header += [f"wordtool: {tool.version()}"]
    results = []
    with tempfile.TemporaryDirectory(prefix="wordtool-benchmark-") as folder:
        for case in cases:
            results.append(compare(tool, case, arguments, folder))
    header += [
        f"PyTorch: {results[0]['torchVersion']}"
        + (", channels last" if arguments.channels_last else ""),
        f"{arguments.threads} threads, {arguments.rounds} pairs, SGD with momentum {MOMENTUM}",
        f"load {peers.load()} at the end",
    ]
    report = table(results)
    print("\n".join([
        *header, "", *report,
        f"median of {arguments.rounds} ratios within pairs; above 1 wordtool is faster where the unit "
        "is images/s, below 1 where it is ms",
    ]))  # fmt: skip
    if arguments.record:
        peers.record("images", processor, {
            "command": " ".join(["Benchmarks/images.py", *sys.argv[1:]]), "machine": header,
            "table": report, "results": results,
        })  # fmt: skip


if __name__ == "__main__":
    main()
