"""Carries networks for images between wordtool and torchvision: see ../interop.sh.

images.py WORDTOOL FOLDER; FOLDER is scratch space. For each network that torchvision has, random
weights and running statistics made by torchvision are read by wordtool, which classifies random
images, and a model that 'image train' wrote is read by torchvision. The logits are compared. The
networks that torchvision does not have are written out here. Exits 1 when a check fails.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import torch
import torchvision
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from checks import check, finish, wordtool

FOLDER = Path(sys.argv[2]) / "images"
# Of the largest logit of the image.
TOLERANCE = 1e-4
warnings.filterwarnings("ignore", category=UserWarning)
warnings.filterwarnings("ignore", category=FutureWarning)


# --- Networks -------------------------------------------------------------------------------------


class LeNet5(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, classes)

    def forward(self, x):
        for layer in (self.conv1, self.conv2):
            x = nn.functional.max_pool2d(layer(x).relu(), 2)
        return self.fc3(self.fc2(self.fc1(x.flatten(1)).relu()).relu())


class Example(nn.Module):
    """The network of PyTorch's MNIST example."""

    def __init__(self, classes):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 32, 3), nn.Conv2d(32, 64, 3)
        self.fc1, self.fc2 = nn.Linear(9216, 128), nn.Linear(128, classes)

    def forward(self, x):
        x = nn.functional.max_pool2d(self.conv2(self.conv1(x).relu()).relu(), 2)
        return self.fc2(self.fc1(x.flatten(1)).relu())


class AlexLike(nn.Module):
    """Features, 6 x 6 places of them, and three fully connected layers."""

    def __init__(self, features, classes):
        super().__init__()
        self.features = nn.Sequential(*features)
        self.avgpool = nn.AdaptiveAvgPool2d(6)
        self.classifier = nn.Sequential(
            nn.Dropout(), nn.Linear(9216, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 4096),
            nn.ReLU(), nn.Linear(4096, classes),
        )  # fmt: skip

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


def norm():
    return nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2)


def alexnet_2012(classes):
    conv, relu, pool = nn.Conv2d, nn.ReLU(), nn.MaxPool2d(3, 2)
    return AlexLike(
        [
            conv(3, 96, 11, 4, 2), relu, norm(), pool,
            conv(96, 256, 5, padding=2, groups=2), relu, norm(), pool,
            conv(256, 384, 3, padding=1), relu, conv(384, 384, 3, padding=1, groups=2), relu,
            conv(384, 256, 3, padding=1, groups=2), relu, pool,
        ], classes,
    )  # fmt: skip


def zfnet(classes):
    conv, relu = nn.Conv2d, nn.ReLU()
    return AlexLike(
        [
            conv(3, 96, 7, 2, 1), relu, nn.MaxPool2d(3, 2, 1), norm(),
            conv(96, 256, 5, 2), relu, nn.MaxPool2d(3, 2, 1), norm(),
            conv(256, 384, 3, padding=1), relu, conv(384, 384, 3, padding=1), relu,
            conv(384, 256, 3, padding=1), relu, nn.MaxPool2d(3, 2),
        ], classes,
    )  # fmt: skip


class ResNet20(nn.Module):
    """Section 4.2 of the paper, with projections."""

    def __init__(self, classes):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16)
        block = torchvision.models.resnet.BasicBlock
        width = 16
        for stage, outputs in enumerate((16, 32, 64), 1):
            stride, project = 1, None
            if outputs != width:
                stride = 2
                project = nn.Sequential(
                    nn.Conv2d(width, outputs, 1, 2, bias=False), nn.BatchNorm2d(outputs))
            blocks = [block(width, outputs, stride, project), *(block(outputs, outputs) for _ in "23")]
            setattr(self, f"layer{stage}", nn.Sequential(*blocks))
            width = outputs
        self.fc = nn.Linear(64, classes)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(self.bn1(self.conv1(x)).relu())))
        return self.fc(x.mean((2, 3)))


LAYERS = (
    "conv 8 3x5 pad 1x2 no-bias, bn epsilon 0.01, tanh, average-pool 3 stride 2 pad 1 ceil exclude-pad, "
    "conv 12 3x3 stride 2x1 dilation 2 groups 4, sigmoid, transposed-conv 6 3x3 stride 2 pad 1 "
    "output-pad 1 groups 2, lrn size 3 alpha 0.1 k 2.0, adaptive-max-pool 5x4, relu, "
    "adaptive-average-pool 3x2, flatten, fc 20 no-bias, relu, dropout 0.5, fc classes"
)


def layers(classes):
    return nn.Sequential(
        nn.Conv2d(3, 8, (3, 5), padding=(1, 2), bias=False), nn.BatchNorm2d(8, eps=0.01), nn.Tanh(),
        nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False),
        nn.Conv2d(8, 12, 3, (2, 1), dilation=2, groups=4), nn.Sigmoid(),
        nn.ConvTranspose2d(12, 6, 3, 2, 1, output_padding=1, groups=2),
        nn.LocalResponseNorm(3, alpha=0.1, k=2), nn.AdaptiveMaxPool2d((5, 4)), nn.ReLU(),
        nn.AdaptiveAvgPool2d((3, 2)), nn.Flatten(), nn.Linear(36, 20, bias=False), nn.ReLU(),
        nn.Dropout(), nn.Linear(20, classes),
    )  # fmt: skip


def of_torchvision(name, classes):
    base = name.removesuffix("-no-aux")
    spelling = base.removesuffix("-bn").replace("-", "") + ("_bn" if name.endswith("-bn") else "")
    options = {"init_weights": False} if base.startswith(("vgg", "googlenet")) else {}
    if base == "googlenet":
        options["aux_logits"] = base == name
    return getattr(torchvision.models, spelling)(num_classes=classes, **options)


# The network's name, how it is made, and the sizes of images to try.
PHOTO, SMALL, DIGIT = (224, 224, 3), (96, 128, 3), (28, 28, 1)
NETWORKS = [
    ("fully-connected=300,100", lambda classes: nn.Sequential(
        nn.Flatten(), nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, 100), nn.ReLU(),
        nn.Linear(100, classes)), [DIGIT]),
    ("lenet-5", LeNet5, [DIGIT]), ("example-cnn", Example, [DIGIT]),
    ("alexnet", None, [PHOTO, SMALL]), ("alexnet-2012", alexnet_2012, [PHOTO, SMALL]),
    ("zfnet", zfnet, [PHOTO]),
    *[(f"vgg-{size}{bn}", None, [PHOTO, SMALL] if size in (11, 16) else [SMALL])
      for size in (11, 13, 16, 19) for bn in ("", "-bn")],
    ("googlenet", None, [PHOTO, SMALL]), ("googlenet-no-aux", None, [SMALL]),
    ("resnet-18", None, [PHOTO, SMALL, (75, 61, 3)]), ("resnet-34", None, [PHOTO, SMALL]),
    ("resnet-50", None, [PHOTO, SMALL]), ("resnet-101", None, [PHOTO, SMALL]),
    ("resnet-152", None, [PHOTO, SMALL]),
    ("resnet-20", ResNet20, [(32, 32, 3)]), (LAYERS, layers, [(33, 40, 3)]),
]  # fmt: skip
CLASSES = 12


def make(name, maker):
    return maker(CLASSES) if maker else of_torchvision(name, CLASSES)


def randomize(model):
    """Weights that keep the size of what passes through, and statistics as training leaves them."""
    generator = torch.Generator().manual_seed(7)
    state = model.state_dict()
    # The last normalisation of a residual block: what blocks add must not double each time.
    last = {
        name for name in state
        if name.startswith("layer") and name.endswith(("bn2.weight", "bn3.weight"))
        and name.replace("bn2", "bn3") not in state.keys() - {name}
    }  # fmt: skip
    with torch.no_grad():
        for name, value in state.items():
            if name in last:
                value.uniform_(0.2, 0.4, generator=generator)
            elif name.endswith("running_var"):
                value.uniform_(0.5, 2, generator=generator)
            elif name.endswith("num_batches_tracked"):
                value.fill_(11)
            elif value.dim() > 1:
                fan = value[0].numel()
                value.normal_(0, (2 / fan) ** 0.5, generator=generator)
            elif name.endswith("weight"):
                value.uniform_(0.5, 1.5, generator=generator)
            else:
                value.normal_(0, 0.2, generator=generator)
    return model.eval()


# --- Images ---------------------------------------------------------------------------------------


def images(shape, count=3):
    """Random images as files, and as PyTorch gets them."""
    height, width, channels = shape
    chooser = np.random.default_rng(height * 1000 + width)
    paths, pixels = [], []
    for number in range(count):
        values = chooser.integers(0, 256, (height, width, channels), dtype=np.uint8)
        path = FOLDER / f"{height}x{width}x{channels}-{number}.ppm"
        kind = b"P6" if channels == 3 else b"P5"
        path.write_bytes(kind + b" %d %d 255\n" % (width, height) + values.tobytes())
        paths.append(path)
        pixels.append(torch.from_numpy(values).permute(2, 0, 1))
    return paths, torch.stack(pixels).float() / 255


def ours(model, paths, *options):
    """wordtool's logits."""
    lines = wordtool("image", "classify", model, *paths, "--logits", "--json", "-k", CLASSES, *options)
    rows = []
    for line in lines.splitlines():
        row = np.zeros(CLASSES)
        for answer in json.loads(line)["classes"]:
            row[int(answer["class"])] = answer["logit"]
        rows.append(row)
    return np.array(rows)


def theirs(model, pixels):
    with torch.no_grad():
        return model(pixels).double().numpy()


def compare(found, expected):
    if found.shape != expected.shape:
        raise AssertionError(f"{found.shape} logits, expected {expected.shape}")
    scale = np.abs(expected).max(axis=1, keepdims=True)
    error = (np.abs(found - expected) / np.maximum(scale, 1)).max()
    if not error <= TOLERANCE:
        raise AssertionError(f"logits differ by {error:.1e}")
    return f"logits up to {scale.max():.3g}, difference {error:.1e}"


def load(name, model, shape):
    """Weights of torchvision's here."""
    path = FOLDER / "weights.safetensors"
    save_file({key: value.contiguous() for key, value in model.state_dict().items()}, path)
    paths, pixels = images(shape)
    found = ours(
        path, paths, "--model", name, "--input", "x".join(map(str, shape)), "--fit", "exact")
    return compare(found, theirs(model, pixels))


def store(name, maker, shape):
    """Weights of 'image train', after two steps, in torchvision."""
    data = FOLDER / "classes"
    paths, pixels = images(shape, CLASSES)
    for number, path in enumerate(paths):
        folder = data / f"{number:02}"
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        (folder / "image.ppm").write_bytes(path.read_bytes())
    path = FOLDER / "trained.model"
    wordtool(
        "image", "train", data, "-o", path, "--model", name, "--batch", 4, "--max-steps", 2,
        "--lr", 1e-3, "--normalize", "none", "-q",
    )  # fmt: skip
    model = make(name, maker)
    with safe_open(path, "pt") as file:
        model.load_state_dict({key: file.get_tensor(key) for key in file.keys()})
    return compare(ours(path, paths[:3]), theirs(model.eval(), pixels[:3]))


print("networks for images in torchvision")
torch.set_num_threads(2)
FOLDER.mkdir(parents=True, exist_ok=True)
for name, maker, shapes in NETWORKS:
    short = "layers as text" if name is LAYERS else name
    model = randomize(make(name, maker))
    for shape in shapes:
        size = " x ".join(map(str, shape))
        check(f"{short}, {size}: PyTorch's weights here", lambda: load(name, model, shape))
    del model
    check(f"{short}: our weights in PyTorch", lambda: store(name, maker, shapes[-1]))
finish()
