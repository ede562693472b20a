#!/usr/bin/env python3
"""Vectors of documents: training, inference and what a linear classifier makes of them, beside gensim.

    Benchmarks/documents.py WORDTOOL [--rounds 3] [--threads 2] [--models pv-dbow,pv-dm] [--dim 100]
                            [--epochs 20] [--train 25000] [--test 25000] [--loss ns] [--sample 1e-3]
                            [--tools gensim,wordtool]

The labelled reviews of IMDB (WORDTOOL_CORPORA/imdb) are cut by `wordtool tokenize` beforehand, one review a
line, so that both have the same words at white space. Each round trains every contender once, in turn. gensim's
Doc2Vec has the same options and reads the same file (corpus_file, its fastest way); its seconds are those of
build_vocab and train, without loading Python; wordtool's are those of the process, reading and writing included.

A vector of each test review is then inferred: by wordtool with all threads from its standard input, by gensim's
infer_vector in a loop, which has one thread. Of the first round a logistic regression (scikit-learn, features of
variance 1) is trained on the vectors of the training reviews and measured on the inferred ones.

Needs gensim and scikit-learn from PyPI.
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

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

parser = argparse.ArgumentParser()
parser.add_argument("wordtool")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--models", default="pv-dbow,pv-dm")
parser.add_argument("--loss", choices=["ns", "hs"], default="ns")
parser.add_argument("--dim", type=int, default=100)
parser.add_argument("--epochs", type=int, default=20)
parser.add_argument("--sample", default="1e-3")
parser.add_argument("--min-count", type=int, default=5)
parser.add_argument("--train", type=int, default=25000)
parser.add_argument("--test", type=int, default=25000)
parser.add_argument("--tools", default="gensim,wordtool")
options = parser.parse_args()
CORPORA = pathlib.Path(os.environ["WORDTOOL_CORPORA"])
FOLDER = pathlib.Path(tempfile.mkdtemp())

GENSIM = """
import json, sys, time
import numpy as np
from gensim.models.doc2vec import Doc2Vec
train, test, vectors, options = sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
start = time.perf_counter()
model = Doc2Vec(**options)
model.build_vocab(corpus_file=train)
model.train(corpus_file=train, total_examples=model.corpus_count, total_words=model.corpus_total_words,
            epochs=model.epochs)
trained = time.perf_counter()
inferred = np.array([model.infer_vector(line.split()) for line in open(test)])
print(json.dumps([trained - start, time.perf_counter() - trained]))
np.savez(vectors, train=model.dv.vectors, test=inferred)
"""


def prepared(part, count):
    """The path of a part's reviews, one a line, shuffled, and their labels."""
    with gzip.open(CORPORA / f"imdb/{part}.tsv.gz", "rt") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    random.Random(1).shuffle(rows)
    rows = rows[:count]
    path = FOLDER / f"{part}.txt"
    with open(path, "w") as out:
        subprocess.run([options.wordtool, "tokenize", "--format", "spaces"], text=True, check=True,
                       input="".join(row[3] + "\n" for row in rows), stdout=out)
    return path, np.array([int(row[0]) for row in rows])


def ours(model, train, test):
    path = FOLDER / "model.docs"
    threads = ["--threads", str(options.threads)]
    start = time.perf_counter()
    subprocess.run([options.wordtool, "train-embeddings", train, "--model", model, "--documents", "lines",
                    "--tokenizer", "whitespace", "--loss", options.loss, "--dim", str(options.dim), "--epochs",
                    str(options.epochs), "--sample", options.sample, "--min-count", str(options.min_count),
                    "-o", path, "-q", *threads], check=True, capture_output=True)
    trained = time.perf_counter()
    with open(test) as lines, open(FOLDER / "test.tsv", "w") as out:
        subprocess.run([options.wordtool, "document-vector", path, "-", *threads], stdin=lines, stdout=out,
                       stderr=subprocess.DEVNULL, check=True)
    inferred = time.perf_counter()
    subprocess.run([options.wordtool, "convert", "--documents", path, FOLDER / "train.npy"], check=True,
                   capture_output=True)
    vectors = {"train": np.load(FOLDER / "train.npy"), "test": np.loadtxt(FOLDER / "test.tsv", ndmin=2)}
    return [trained - start, inferred - trained], vectors


def theirs(model, train, test):
    settings = {
        "dm": int(model == "pv-dm"), "vector_size": options.dim, "window": 5, "min_count": options.min_count,
        "sample": float(options.sample), "negative": 5 if options.loss == "ns" else 0,
        "hs": int(options.loss == "hs"), "epochs": options.epochs, "workers": options.threads, "alpha": 0.025,
        "min_alpha": 0.0001, "seed": 1}
    path = FOLDER / "gensim.npz"
    run = subprocess.run([sys.executable, "-c", GENSIM, train, test, path, json.dumps(settings)], check=True,
                         capture_output=True, text=True)
    return json.loads(run.stdout), dict(np.load(path))


def accuracy(vectors, labels):
    classifier = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=2000))
    classifier.fit(vectors["train"], labels["train"])
    return classifier.score(vectors["test"], labels["test"])


paths, labels = {}, {}
for part, count in (("train", options.train), ("test", options.test)):
    paths[part], labels[part] = prepared(part, count)
words = sum(len(line.split()) for line in open(paths["train"]))
for model in options.models.split(","):
    contenders = {name: {"gensim": theirs, "wordtool": ours}[name] for name in options.tools.split(",")}
    seconds = {name: [] for name in contenders}
    scores = {}
    for _ in range(options.rounds):
        for name, run in contenders.items():
            times, vectors = run(model, paths["train"], paths["test"])
            seconds[name].append(times)
            if name not in scores:
                scores[name] = accuracy(vectors, labels)
    for name, runs in seconds.items():
        training, inference = (statistics.median(column) for column in zip(*runs))
        print(f"{model:8} {options.loss} {name:9} training {training:8.2f} s "
              f"({words * options.epochs / training:10,.0f} words/s)   inference {inference:7.2f} s "
              f"({len(labels['test']) / inference:7,.0f} texts/s)   accuracy {scores[name]:.4f}", flush=True)
    if len(seconds) < 2:
        continue
    pairs = list(zip(seconds["gensim"], seconds["wordtool"]))
    print(f"{model:8} {options.loss} ratios of pairs: training "
          f"{statistics.median(a[0] / b[0] for a, b in pairs):.2f}, inference "
          f"{statistics.median(a[1] / b[1] for a, b in pairs):.2f}", flush=True)
