"""Compares exported classifiers and taggers in ONNX Runtime with wordtool: see ../interop.sh.

classifiers.py WORDTOOL FOLDER; FOLDER is scratch space. Every kind of model is trained for a moment
and exported; the graph's probabilities of texts of different lengths, several in a batch, are
compared with those that `wordtool classify` and `wordtool tag` print. The texts are AG News's from the
folder in WORDTOOL_CORPORA; without it, made-up sentences. Exits 1 when a check fails.
"""

import json
import os
import random
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from checks import check, finish, wordtool

FOLDER = Path(sys.argv[2])
TOLERANCE = 1e-4


def examples():
    """Labelled texts of lower-case words between spaces."""
    corpora = os.environ.get("WORDTOOL_CORPORA")
    if corpora:
        rows = (Path(corpora) / "ag-news/dev.tsv").read_text(encoding="utf-8").splitlines()
        pairs = [row.rsplit("\t", 1) for row in rows[1:801]]
        return [(label, " ".join(text.lower().split())) for text, label in pairs]
    print("  WORDTOOL_CORPORA is not set: made-up sentences instead of AG News")
    chooser = random.Random(5)
    words = {"a": "the sun shines late".split(), "b": "the moon sets early".split(),
             "c": "the héron 東京 flies".split()}  # fmt: skip
    labels = chooser.choices("abc", k=800)
    return [(b, " ".join(chooser.choices(words[b], k=chooser.randint(1, 30)))) for b in labels]


def write(pairs, several):
    """Training text and texts to compare: the last ones, cut to many lengths, one unknown."""
    train, test = pairs[:700], pairs[700:]
    lines = [f"__label__{label} {text}" for label, text in train]
    if several:
        lines = [f"__label__long {line}" if len(line) > 250 else line for line in lines]
    paths = FOLDER / "classes-train.txt", FOLDER / "classes-test.txt"
    paths[0].write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    texts = [" ".join(text.split()[: 1 + number * 2]) for number, (_, text) in enumerate(test)]
    texts += ["zzzz-unheard-of", "the"]
    paths[1].write_text("".join(text + "\n" for text in texts), encoding="utf-8")
    return paths[0], texts


class Graph:
    """An exported model."""

    def __init__(self, path):
        graph = FOLDER / "classes.onnx"
        wordtool("export-onnx", path, "-o", graph)
        onnx.checker.check_model(onnx.load(graph), full_check=True)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            graph, options, providers=["CPUExecutionProvider"])  # fmt: skip
        self.about = self.session.get_modelmeta().custom_metadata_map
        self.labels = json.loads(self.about["labels"])
        names = json.loads(self.about.get("vocabulary") or self.about["features"])
        self.numbers = {name: number for number, name in enumerate(names)}

    def sequences(self, texts):
        """The probabilities for lists of words, of all of them at once."""
        longest = int(self.about.get("maximum_length", 1 << 30))
        rows = [[self.numbers.get(word, 0) for word in words][-longest:] for words in texts]
        # What stands behind a text must not matter: the words there are drawn.
        tokens = np.random.default_rng(1).integers(
            0, len(self.numbers), (max(map(len, rows)), len(rows)))  # fmt: skip
        for column, row in enumerate(rows):
            tokens[: len(row), column] = row
        lengths = np.array([len(row) for row in rows], np.int32)
        return self.session.run(None, {"tokens": tokens, "lengths": lengths})[0]

    def bags(self, texts):
        """The probabilities by the words and n-grams of lists of words."""
        first, last = map(int, self.about["orders"].split("-"))
        rows = []
        for words in texts:
            found = {}
            for order in range(first, last + 1):
                for start in range(len(words) - order + 1):
                    name = " ".join(words[start : start + order])
                    if name in self.numbers:
                        number = self.numbers[name]
                        found[number] = found.get(number, 0) + 1
            rows.append(list(found.items()))
        width = max(map(len, rows))
        filled = np.array([row + [(0, 0)] * (width - len(row)) for row in rows])
        features, counts = filled[:, :, 0], filled[:, :, 1].astype(np.float32)
        return self.session.run(None, {"features": features, "counts": counts})[0]


def classes(path, texts):
    """All probabilities of all texts, in batches of 40."""
    graph = Graph(path)
    run = graph.bags if "features" in graph.about else graph.sequences
    words = [text.split() for text in texts]
    found = np.concatenate([run(words[i : i + 40]) for i in range(0, len(words), 40)])
    lines = wordtool(
        "classify", path, FOLDER / "classes-test.txt", "-k", len(graph.labels), "--json"
    ).splitlines()  # fmt: skip
    expected = np.empty_like(found)
    for row, line in zip(expected, lines, strict=True):
        for answer in json.loads(line)["labels"]:
            row[graph.labels.index(answer["label"])] = answer["probability"]
    return compare(found, expected)


def tags(path, texts):
    """The tag of every word and its probability."""
    graph = Graph(path)
    lines = wordtool("tag", path, FOLDER / "classes-test.txt", "--json").splitlines()
    words = [text.split() for text in texts]
    found, expected = [], []
    for start in range(0, len(words), 40):
        batch = words[start : start + 40]
        probabilities = graph.sequences(batch)
        for column, sentence in enumerate(batch):
            answer = json.loads(lines[start + column])
            for step, tag in enumerate(answer["tags"]):
                row = probabilities[step, column]
                if row.max() - row[graph.labels.index(tag)] > TOLERANCE:
                    raise AssertionError(f"another tag than {tag} in '{' '.join(sentence)}'")
                found.append(row[graph.labels.index(tag)])
            expected += answer["probabilities"]
    return compare(np.array(found), np.array(expected))


def compare(found, expected):
    if found.shape != expected.shape:
        raise AssertionError(f"{found.shape} probabilities, expected {expected.shape}")
    error = np.abs(found - expected).max()
    if not error <= TOLERANCE:
        raise AssertionError(f"probabilities differ by {error:.1e}")
    if np.ptp(expected, axis=0).max() < 0.1:
        raise AssertionError("the model says the same of all: nothing was compared")
    return f"{found.size} probabilities, difference {error:.1e}"


def compare_model(name, command, run, source, texts, *options):
    """Trains a model and compares it."""
    path = FOLDER / "classes.model"

    def all():
        wordtool(command, source, "-o", path, "--threads", 1, "-q", *options)
        return run(path, texts)

    check(name, all)


def tagged(pairs):
    """Words with tags: whether a word was in the sentence before, and how long it is."""
    path = FOLDER / "tags-train.txt"
    with path.open("w", encoding="utf-8") as file:
        for _, text in pairs[:300]:
            words = text.split()
            for place, word in enumerate(words):
                seen = "again" if word in words[:place] else "new"
                print(f"{word}\t{seen}-{'long' if len(word) > 4 else 'short'}", file=file)
            print(file=file)
    return path


print("classifiers and taggers in ONNX Runtime")
pairs = examples()
source, texts = write(pairs, several=False)
small = ["--hidden", 12, "--dim", 10, "--epochs", 3, "--lr", 0.03]
words = ["--tokenizer", "whitespace"]
for cell in ["rnn", "lstm", "gru"]:
    for pooling in ["last", "mean", "max", "attention"]:
        for name, more in [("one way", []), ("both ways, 2 layers, the last 30 words",
                            ["--bidirectional", "--layers", 2, "--max-length", 30])]:  # fmt: skip
            compare_model(
                f"{cell}, {pooling}, {name}", "train-classifier", classes, source, texts,
                "--model", cell, "--pooling", pooling, *small, *words, *more)  # fmt: skip
for name, options in [
    *[(f"bag of words, {weighting}", ["--weighting", weighting])
      for weighting in ["binary", "counts", "tf-idf", "nb"]],
    ("bag of trigrams alone", ["--ngrams", "3-3"]),
    ("fasttext", ["--model", "fasttext", "--dim", 10]),
]:  # fmt: skip
    compare_model(name, "train-classifier", classes, source, texts, *words, *options)
two = FOLDER / "classes-two.txt"
lines = source.read_text(encoding="utf-8").splitlines()
kept = sorted({line.split()[0] for line in lines})[:2]
two.write_text("".join(line + "\n" for line in lines if line.split()[0] in kept), encoding="utf-8")
compare_model("bag of words, two labels", "train-classifier", classes, two, texts, *words)
many, texts = write(pairs, several=True)
compare_model("bag of words, several labels", "train-classifier", classes, many, texts, *words)
source = tagged(pairs)
for cell in ["rnn", "lstm", "gru"]:
    for name, more in [("both ways", []), ("one way, 2 layers", ["--forward-only", "--layers", 2])]:
        compare_model(
            f"tagger, {cell}, {name}", "train-tagger", tags, source, texts,
            "--model", cell, *small, *more)  # fmt: skip
finish()
