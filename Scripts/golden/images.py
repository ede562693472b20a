#!/usr/bin/env python3
"""Makes the fixtures of the image tests: image files written by Pillow with the pixels that are in
them, and what Pillow's resize, scipy.ndimage's correlate, convolve and affine_transform and the standard
library's colorsys make of small random images.

Usage: python3 Scripts/golden/images.py Tests/ConvNetsTests/Fixtures
"""

import colorsys
import json
import platform
import sys
from pathlib import Path

import numpy as np
import PIL
import scipy
from PIL import Image
from scipy import ndimage

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(1)
header = {
    "made by": "Scripts/golden/images.py",
    "versions": {
        "Python": platform.python_version(), "NumPy": np.__version__, "SciPy": scipy.__version__,
        "Pillow": PIL.__version__,
    },
}


def listed(array):
    return [float(f"{value:.7g}") for value in np.asarray(array, dtype=np.float64).ravel()]


def write(name, values):
    text = json.dumps(values, separators=(",", ":"), sort_keys=True)
    (folder / name).write_text(text + "\n")


# Files. Only what Pillow decodes to is recorded, so lossy formats compare exactly too.
def files():
    grey = random.integers(0, 256, (7, 5), dtype=np.uint8)
    colour = random.integers(0, 256, (6, 9, 3), dtype=np.uint8)
    smooth = np.add.outer(np.arange(21) * 9, np.arange(30) * 2)[..., None] + np.array([0, 10, 20])
    smooth = np.clip(smooth, 0, 255).astype(np.uint8)
    deep = random.integers(0, 65536, (4, 6), dtype=np.uint16)
    alpha = np.dstack([colour, np.where(colour[..., 0] > 127, 255, 0).astype(np.uint8)])
    cases = {
        "grey.png": (Image.fromarray(grey), {}),
        "rgb.png": (Image.fromarray(colour), {}),
        "deep.png": (Image.fromarray(deep), {}),
        "palette.png": (Image.fromarray(colour).quantize(7), {}),
        "bits.png": (Image.fromarray(grey).convert("1"), {}),
        "alpha.png": (Image.fromarray(alpha), {}),
        "grey.jpg": (Image.fromarray(smooth[..., 0]), {"quality": 90}),
        "rgb.jpg": (Image.fromarray(smooth), {"quality": 80}),
        "progressive.jpg": (Image.fromarray(smooth), {"quality": 75, "progressive": True}),
        "optimal-444.jpg": (Image.fromarray(smooth), {"subsampling": 0, "optimize": True}),
        "rgb.ppm": (Image.fromarray(colour), {}),
        "grey.pgm": (Image.fromarray(grey), {}),
    }
    found = []
    for name, (image, options) in cases.items():
        image.save(folder / name, **options)
        image = Image.open(folder / name)
        if image.mode == "RGBA":
            white = Image.new("RGBA", image.size, "white")
            white.alpha_composite(image)
            image = white.convert("RGB")
        elif image.mode in ("P", "1"):
            image = image.convert("RGB" if image.mode == "P" else "L")
        pixels = np.asarray(image)
        if pixels.dtype != np.uint8:
            pixels = np.rint(pixels / 257.0).astype(np.uint8)
        shape = list(pixels.shape) if pixels.ndim == 3 else [*pixels.shape, 1]
        found.append({"name": name, "shape": shape, "pixels": pixels.ravel().tolist()})
    write("files.json", {**header, "files": found})


def resizes():
    cases = []
    for height, width, new_height, new_width in [
        (8, 10, 4, 5), (9, 7, 4, 3), (5, 6, 11, 13), (12, 12, 5, 20), (7, 3, 1, 1), (1, 1, 3, 2),
    ]:
        image = random.random((height, width), dtype=np.float32)
        found = Image.fromarray(image).resize((new_width, new_height), Image.Resampling.BILINEAR)
        cases.append({
            "shape": [height, width], "image": listed(image), "to": [new_height, new_width],
            "result": listed(np.asarray(found)),
        })
    write("resizes.json", {**header, "cases": cases})


# Modes are called as in scipy.ndimage. Padding "same" is what its filters do.
def filters():
    cases = []
    kernels = {
        "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
        "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
        "edge": [[0, -1, 0], [-1, 4, -1], [0, -1, 0]],
        "strong-edge": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
        "box": (np.ones((3, 3)) / 9).tolist(),
        "gaussian": (np.outer([1, 2, 1], [1, 2, 1]) / 16).tolist(),
        "sobel-x": np.outer([1, 2, 1], [-1, 0, 1]).tolist(),
        "sobel-y": np.outer([-1, 0, 1], [1, 2, 1]).tolist(),
        "emboss": [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
        "wide": random.random((3, 5)).tolist(),
        "even": random.random((2, 4)).tolist(),
        "large": random.random((9, 11)).tolist(),
    }
    for number, (name, rows) in enumerate(kernels.items()):
        image = random.random((6, 7), dtype=np.float32)
        kernel = np.array(rows)
        for mode in ["constant", "nearest", "reflect", "wrap"]:
            value = 0.3 if mode == "constant" else 0.0
            correlated = ndimage.correlate(image.astype(np.float64), kernel, mode=mode, cval=value)
            case = {
                "kernel": name, "rows": rows, "mode": mode, "constant": value, "shape": [6, 7],
                "image": listed(image), "correlate": listed(correlated),
            }
            # SciPy reaches to the other side with the turned kernel when its size is even.
            if kernel.shape[0] % 2 and kernel.shape[1] % 2 and number % 3 == 1:
                case["convolve"] = listed(
                    ndimage.convolve(image.astype(np.float64), kernel, mode=mode, cval=value))
            cases.append(case)
    write("filters.json", {**header, "cases": cases})


def transforms():
    cases = []
    matrices = [
        ([[1, 0], [0, 1]], [0.4, -1.7]),
        ([[0.8, 0.6], [-0.6, 0.8]], [1.5, -0.5]),
        ([[1.3, 0], [0, 0.7]], [-2.2, 3.1]),
        ([[1, 0.4], [0, 1]], [-9.3, 0.6]),
        ([[-1, 0], [0, 1]], [5, 0]),
        ([[1.7, -0.9], [0.3, 2.1]], [-3.6, 7.9]),
    ]
    for matrix, offset in matrices:
        image = random.random((6, 8), dtype=np.float32)
        for mode in ["constant", "nearest", "reflect", "wrap", "grid-wrap"]:
            value = 0.3 if mode == "constant" else 0.0
            result = ndimage.affine_transform(
                image.astype(np.float64), np.array(matrix, dtype=float), offset, order=1,
                mode=mode, cval=value)
            cases.append({
                "matrix": [float(v) for row in matrix for v in row],
                "offset": [float(v) for v in offset], "mode": mode, "constant": value,
                "shape": [6, 8], "image": listed(image), "result": listed(result),
            })
    write("transforms.json", {**header, "cases": cases})


# Rotation, shift, shear and zoom as one transform about the centre, as Keras composes them.
def augmentations():
    cases = []
    shape = (7, 9)
    for _ in range(6):
        theta, shear = np.deg2rad(random.uniform(-60, 60)), np.deg2rad(random.uniform(-30, 30))
        rows, columns = random.uniform(-2, 2), random.uniform(-2, 2)
        zoom_rows, zoom_columns = random.uniform(0.6, 1.4), random.uniform(0.6, 1.4)
        matrix = np.array([
            [np.cos(theta), -np.sin(theta), 0], [np.sin(theta), np.cos(theta), 0], [0, 0, 1]])
        matrix = matrix @ np.array([[1, 0, rows], [0, 1, columns], [0, 0, 1]])
        matrix = matrix @ np.array([[1, -np.sin(shear), 0], [0, np.cos(shear), 0], [0, 0, 1]])
        matrix = matrix @ np.diag([zoom_rows, zoom_columns, 1])
        centre = np.array([[1, 0, (shape[0] - 1) / 2], [0, 1, (shape[1] - 1) / 2], [0, 0, 1]])
        matrix = centre @ matrix @ np.linalg.inv(centre)
        image = random.random(shape, dtype=np.float32)
        for mode in ["constant", "nearest", "reflect", "wrap"]:
            result = ndimage.affine_transform(
                image.astype(np.float64), matrix[:2, :2], matrix[:2, 2], order=1, mode=mode)
            cases.append({
                "degrees": float(np.rad2deg(theta)), "shear": float(np.rad2deg(shear)),
                "shift": [rows, columns], "zoom": [zoom_rows, zoom_columns], "mode": mode,
                "shape": list(shape), "image": listed(image), "result": listed(result),
            })
    write("augmentations.json", {**header, "cases": cases})


# Hue by the standard library's colorsys; the rest by its formula.
def colours():
    grey_of = np.array([0.299, 0.587, 0.114])
    cases = []
    for _ in range(3):
        image = random.random((4, 5, 3), dtype=np.float32).astype(np.float64)
        image[0, 0] = 0.5
        image[0, 1] = [1, 0, 0]
        grey = image @ grey_of
        for turn in [-0.5, -0.2, 0.1, 0.37]:
            hsv = [colorsys.rgb_to_hsv(*pixel) for pixel in image.reshape(-1, 3)]
            turned = [colorsys.hsv_to_rgb((h + turn) % 1, s, v) for h, s, v in hsv]
            cases.append(("hue", turn, image, np.array(turned).reshape(image.shape)))
        for factor in [0, 0.6, 1.7]:
            cases.append(("brightness", factor, image, np.clip(image * factor, 0, 1)))
            cases.append(("contrast", factor, image, np.clip(
                factor * image + (1 - factor) * grey.mean(), 0, 1)))
            cases.append(("saturation", factor, image, np.clip(
                factor * image + (1 - factor) * grey[..., None], 0, 1)))
    write("colours.json", {**header, "cases": [
        {"change": change, "amount": amount, "shape": list(image.shape),
         "image": listed(image.transpose(2, 0, 1)), "result": listed(result.transpose(2, 0, 1))}
        for change, amount, image, result in cases]})


files()
resizes()
filters()
transforms()
augmentations()
colours()
