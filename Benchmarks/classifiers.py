#!/usr/bin/env python3
"""fasttext classifiers: training and classifying whole files, beside fastText.

    Benchmarks/classifiers.py WORDTOOL [--old OLDER] [--rounds 3] [--threads 2] [--sets ag-news,cooking,imdb]

The texts of WORDTOOL_CORPORA are cut by `wordtool tokenize` beforehand, one text a line, shuffled, so that all
have the same words at white space. Each round trains and tests every contender once, in turn; medians of
seconds and the precision at 1 are printed. wordtool's seconds are those of processes, `train-classifier` and
`evaluate classification`, reading included; fastText's (fasttext-wheel or fasttext 0.9.2 from PyPI) are those of
train_supervised and of a loop over the file's lines in C++ (test), without loading Python. --old is another
build of wordtool, measured in the same rounds.
"""
import argparse
import gzip
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

parser = argparse.ArgumentParser()
parser.add_argument("wordtool")
parser.add_argument("--old")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--sets", default="ag-news,cooking,imdb")
options = parser.parse_args()
CORPORA = pathlib.Path(os.environ["WORDTOOL_CORPORA"])
FOLDER = pathlib.Path(tempfile.mkdtemp())

FASTTEXT = """
import json, sys, time
import fasttext
train, test, threads, epochs = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
start = time.perf_counter()
model = fasttext.train_supervised(
    input=train, lr=0.5, epoch=epochs, wordNgrams=2, dim=100, thread=threads, verbose=0)
trained = time.perf_counter()
count, precision, recall = model.test(test)
print(json.dumps([trained - start, time.perf_counter() - trained, precision]))
"""


def labelled(name):
    """Pairs of labels and text of a corpus, for training and for the test."""
    if name == "cooking":
        for part in ("train", "valid"):
            pairs = []
            for line in open(CORPORA / f"cooking-stackexchange/cooking.{part}"):
                words = line.split()
                labels = [word for word in words if word.startswith("__label__")]
                pairs.append((labels, " ".join(words[len(labels):])))
            yield pairs
        return
    for part in {"ag-news": ("dev.tsv", "test.tsv"), "imdb": ("train.tsv.gz", "test.tsv.gz")}[name]:
        path = CORPORA / name / part
        opened = gzip.open(path, "rt") if part.endswith(".gz") else open(path)
        rows = [line.rstrip("\n").split("\t") for line in opened]
        # IMDB: label, number, stars, text; AG News: text, label.
        text, label = (3, 0) if name == "imdb" else (0, 1)
        yield [(["__label__" + row[label].replace(" ", "_")], row[text]) for row in rows]


def prepared(name):
    paths = []
    for part, pairs in zip(("train", "test"), labelled(name)):
        random.Random(1).shuffle(pairs)
        text = "".join(text.replace("\n", " ") + "\n" for _, text in pairs)
        cut = subprocess.run([options.wordtool, "tokenize", "--format", "spaces"], input=text,
                             capture_output=True, text=True, check=True).stdout.split("\n")
        path = FOLDER / f"{name}.{part}.txt"
        path.write_text("".join(f"{' '.join(labels)} {words}\n" for (labels, _), words in zip(pairs, cut)))
        paths.append(path)
    return paths


def ours(tool, train, test, epochs):
    model = FOLDER / "model"
    start = time.perf_counter()
    subprocess.run([tool, "train-classifier", train, "--model", "fasttext", "--ngrams", "1-2", "--lr", "0.5",
                    "--epochs", str(epochs), "--dim", "100", "--tokenizer", "whitespace", "--threads",
                    str(options.threads), "-o", model, "-q"], check=True, capture_output=True)
    trained = time.perf_counter()
    answer = subprocess.run([tool, "evaluate", "classification", model, test, "--threads", str(options.threads),
                             "--json"], check=True, capture_output=True, text=True).stdout
    seconds = time.perf_counter() - trained
    return [trained - start, seconds, json.loads(answer)["precisionAtK"]]


def theirs(train, test, epochs):
    run = subprocess.run([sys.executable, "-c", FASTTEXT, train, test, str(options.threads), str(epochs)],
                         check=True, capture_output=True, text=True)
    return json.loads(run.stdout)


for name in options.sets.split(","):
    train, test = prepared(name)
    epochs = 25 if name == "cooking" else 5
    contenders = {"fastText": lambda: theirs(train, test, epochs),
                  "wordtool": lambda: ours(options.wordtool, train, test, epochs)}
    if options.old:
        contenders["older build"] = lambda: ours(options.old, train, test, epochs)
    results = {contender: [] for contender in contenders}
    for _ in range(options.rounds):
        for contender, run in contenders.items():
            results[contender].append(run())
    lines = sum(1 for _ in open(test))
    for contender, runs in results.items():
        training, testing, precision = (statistics.median(column) for column in zip(*runs))
        print(f"{name:8} {contender:12} training {training:7.2f} s   test {testing:6.2f} s "
              f"({lines / testing:8.0f} texts/s)   precision {precision:.4f}", flush=True)
    pairs = list(zip(results["fastText"], results["wordtool"]))
    print(f"{name:8} ratios of pairs: training {statistics.median(a[0] / b[0] for a, b in pairs):.2f}, "
          f"test {statistics.median(a[1] / b[1] for a, b in pairs):.2f}", flush=True)
