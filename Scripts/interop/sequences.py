"""Carries recurrent language models between wordtool, PyTorch and ONNX Runtime: see ../interop.sh.

sequences.py WORDTOOL FOLDER; FOLDER is scratch space. Three ways: a model of train-lm in PyTorch, a
model written from PyTorch in wordtool, and the exported graph in ONNX Runtime. The log
probabilities of every token of a text are compared. The text is the Penn Treebank's from the folder
in WORDTOOL_CORPORA; without it, made-up sentences. Exits 1 when a check fails.
"""

import json
import math
import os
import random
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from checks import check, fail, finish, wordtool

FOLDER = Path(sys.argv[2])
TOLERANCE, ONNX_TOLERANCE = 1e-5, 1e-4
# That projections run without oneDNN, and the like.
warnings.filterwarnings("ignore", category=UserWarning)


def texts():
    """A text to train on and one to measure."""
    corpora = os.environ.get("WORDTOOL_CORPORA")
    if corpora:
        lines = (Path(corpora) / "ptb/ptb.valid.txt").read_text().splitlines()
        train, test = lines[:500], lines[500:560]
    else:
        print("  WORDTOOL_CORPORA is not set: made-up sentences instead of the Penn Treebank")
        chooser = random.Random(5)
        words = "the a sun moon shines sets late early héron 東京 <unk> .".split()
        lines = [" ".join(chooser.choices(words, k=chooser.randint(2, 15))) for _ in range(900)]
        train, test = lines[:800], lines[800:]
    paths = FOLDER / "lm-train.txt", FOLDER / "lm-test.txt"
    for path, lines in zip(paths, (train, test)):
        path.write_text("".join(line.strip() + "\n" for line in lines), encoding="utf-8")
    return paths


class Model:
    """A model file of wordtool's in PyTorch."""

    def __init__(self, path):
        with safe_open(path, "pt") as file:
            shape = json.loads(file.metadata()["options"])["recurrent"]
            weights = {name: file.get_tensor(name) for name in file.keys()}
        spelling, cuts = bytes(weights["vocabulary.bytes"].tolist()), weights["vocabulary.offsets"]
        self.tokens = [spelling[a:b].decode() for a, b in zip(cuts[:-1], cuts[1:])]
        layers = {n.removeprefix("rnn."): w for n, w in weights.items() if n.startswith("rnn.")}
        kind, _, nonlinearity = shape["cell"].partition("-")
        options = {"nonlinearity": nonlinearity} if nonlinearity else {}
        if "projection" in shape:
            options["proj_size"] = shape["projection"]
        size = layers["weight_ih_l0"].shape[1]
        self.rnn = getattr(nn, kind.upper())(size, shape["hidden"], shape["layers"], **options)
        self.rnn.load_state_dict(layers)
        self.encoder = weights["encoder.weight"]
        self.decoder = weights.get("decoder.weight", self.encoder)
        self.bias = weights["decoder.bias"]

    def logits(self, ids):
        with torch.no_grad():
            output, _ = self.rnn(self.encoder[ids].unsqueeze(1))
            return output.squeeze(1) @ self.decoder.T + self.bias


def stream(tokens, text):
    """Numbers of the tokens of a text, each line's end among them; the first stands before it."""
    numbers = {token: number for number, token in enumerate(tokens)}
    end, unknown = numbers["</s>"], numbers["<unk>"]
    ids = [end]
    for line in text.read_text(encoding="utf-8").splitlines():
        ids += [numbers.get(word, unknown) for word in line.split()] + [end]
    return torch.tensor(ids)


def chosen(logits, ids):
    """Natural log probabilities of the tokens that follow."""
    scores = torch.as_tensor(logits).double().log_softmax(-1)
    return scores.gather(1, ids[1:].unsqueeze(1)).squeeze(1).numpy()


def ours(path, text):
    """wordtool's natural log probabilities of the tokens of a text."""
    lines = wordtool("perplexity", path, text, "--per-token", "--json").splitlines()
    return np.array([json.loads(line)["log10Probability"] for line in lines]) * math.log(10)


def compare(found, expected, tolerance):
    if found.shape != expected.shape:
        raise AssertionError(f"{found.shape} tokens, expected {expected.shape}")
    error = np.abs(found - expected).max()
    if not error <= tolerance:
        raise AssertionError(f"log probabilities differ by {error:.1e}")
    return f"{len(found)} tokens, difference {error:.1e}"


def load(path, text):
    model = Model(path)
    ids = stream(model.tokens, text)
    return compare(ours(path, text), chosen(model.logits(ids[:-1]), ids), TOLERANCE)


def store(path, text):
    """Random weights in place of the trained. Larger recurrent ones would make a chaos of the state:
    a difference in the last bit grows with every step."""
    with safe_open(path, "pt") as file:
        about = file.metadata()
        weights = {name: file.get_tensor(name) for name in file.keys()}
    model = Model(path)
    torch.manual_seed(3)
    for name, value in model.rnn.named_parameters():
        weights["rnn." + name] = torch.empty_like(value).uniform_(-0.15, 0.15)
    for name in ["encoder.weight", "decoder.weight", "decoder.bias"]:
        if name in weights:
            weights[name] = torch.randn_like(weights[name])
    changed = FOLDER / "from-torch.safetensors"
    save_file(weights, changed, metadata=about)
    return load(changed, text)


def session_of(path):
    """The exported graph of a model, checked, and its vocabulary."""
    graph = FOLDER / "model.onnx"
    wordtool("export-onnx", path, "-o", graph)
    onnx.checker.check_model(onnx.load(graph), full_check=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    return session, json.loads(session.get_modelmeta().custom_metadata_map["vocabulary"])


def export(path, text):
    """In pieces of seven steps, to see that the state goes on, for two copies side by side."""
    session, tokens = session_of(path)
    ids = stream(tokens, text)
    state = {
        value.name: np.zeros((value.shape[0], 2, value.shape[2]), np.float32)
        for value in session.get_inputs() if value.name != "tokens"
    }  # fmt: skip
    logits = []
    for start in range(0, len(ids) - 1, 7):
        tokens = ids[start : min(start + 7, len(ids) - 1)].numpy()
        out, *after = session.run(None, {"tokens": np.stack([tokens, tokens], 1), **state})
        state = dict(zip(state, after))
        if np.abs(out[:, 0] - out[:, 1]).max() > ONNX_TOLERANCE:
            raise AssertionError("two copies of a text have different logits")
        logits.append(out[:, 0])
    return compare(chosen(np.concatenate(logits), ids), ours(path, text), ONNX_TOLERANCE)


def export_window(path, text):
    """Models that see a few tokens: all windows of the text at once."""
    session, tokens = session_of(path)
    ids = stream(tokens, text)
    size = session.get_inputs()[0].shape[1]
    padded = np.concatenate([np.full(size - 1, ids[0]), ids[:-1].numpy()])
    windows = np.lib.stride_tricks.sliding_window_view(padded, size)
    (logits,) = session.run(None, {"tokens": np.ascontiguousarray(windows)})
    return compare(chosen(logits, ids), ours(path, text), ONNX_TOLERANCE)


def train(path, *options):
    """A model of a few steps; False when there is none."""
    sizes = [] if "bag-of-words" in options else ["--hidden", 40]
    sizes += [] if "--one-hot" in options else ["--embedding", 40]
    try:
        wordtool(
            "train-lm", train_text, "-o", path, *sizes, "--bptt", 10, "--batch", 8, "--lr", 1,
            "--clip", 1, "--init-range", 0.2, "--epochs", 1, "--max-steps", 30, "--threads", 1,
            "-q", *options,
        )  # fmt: skip
        return True
    except RuntimeError as error:
        fail(f"train-lm {' '.join(map(str, options))}", error)
        return False


print("recurrent language models in PyTorch and ONNX Runtime")
torch.set_num_threads(1)
train_text, test_text = texts()
path = FOLDER / "lm.safetensors"
for cell in ["lstm", "gru", "rnn-tanh", "rnn-relu"]:
    for name, options in [
        ("untied", []), ("tied", ["--tied"]), ("one layer", ["--layers", 1]),
        *([("projection", ["--projection", 12])] if cell == "lstm" else []),
    ]:  # fmt: skip
        if train(path, "--cell", cell, *options):
            check(f"{cell}, {name}: our weights in PyTorch", lambda: load(path, test_text))
            check(f"{cell}, {name}: PyTorch's weights here", lambda: store(path, test_text))
            check(f"{cell}, {name}: ONNX Runtime", lambda: export(path, test_text))
for name, run, options in [
    ("lstm with peepholes", export, ["--cell", "lstm", "--peepholes"]),
    ("adaptive softmax", export,
     ["--cell", "gru", "--softmax", "adaptive", "--cutoffs", "5,9"]),
    ("fixed window", export_window, ["--model", "fixed-window", "--window", 3]),
    ("one-hot window", export_window, ["--model", "fixed-window", "--window", 3, "--one-hot"]),
    ("bag of words", export_window, ["--model", "bag-of-words", "--window", 4]),
]:  # fmt: skip
    if train(path, *options):
        check(f"{name}: ONNX Runtime", lambda: run(path, test_text))
finish()
