#!/usr/bin/env python3
"""Linear classifiers of bags of words: training and classifying whole files, beside scikit-learn with LIBLINEAR.

    pip install scikit-learn
    WORDTOOL_CORPORA=/data Benchmarks/linear_classifiers.py WORDTOOL [--rounds 3] [--threads 1]

The texts of IMDB and AG News are cut by `wordtool tokenize` beforehand, one text a line, so that both have the
same words at white space. A contender reads the file, counts, weighs by tf-idf, trains and classifies the test
text; in each round they take turns. wordtool's seconds are those of whole processes, scikit-learn's begin behind its
import; its estimators have the tolerance of LIBLINEAR's programs, 0.1, not their own of 0.0001, which takes longer.
"""
import argparse
import csv
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import gzip

parser = argparse.ArgumentParser()
parser.add_argument("wordtool")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--threads", type=int, default=1, help="of wordtool; LIBLINEAR has one")
parser.add_argument("--sets", default="ag-news,imdb")
options = parser.parse_args()
CORPORA = pathlib.Path(os.environ["WORDTOOL_CORPORA"])
CASES = {
    "logistic, words and pairs": (["--loss", "logistic", "--cost", "10"], False),
    "SVM, words and pairs": (["--loss", "squared-hinge", "--cost", "0.5"], False),
    "SVM, with characters 3-5": (["--loss", "squared-hinge", "--cost", "0.5", "--char-ngrams", "3-5"], True),
}

SKLEARN = """
import json, sys, time
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC
train, test, loss, characters = sys.argv[1:]
start = time.perf_counter()
def read(path):
    rows = [line.rstrip("\\n").split("\\t") for line in open(path)]
    return [row[1] for row in rows], [row[0] for row in rows]
usual = dict(min_df=2, sublinear_tf=True, lowercase=False)
words = TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\\S+", **usual)
if characters == "True":
    words = make_union(words, TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), **usual))
if loss == "logistic":
    model = LogisticRegression(C=10, solver="liblinear", dual=True, tol=0.1)
    if "ag-news" in train:
        from sklearn.multiclass import OneVsRestClassifier
        model = OneVsRestClassifier(model)
else:
    model = LinearSVC(C=0.5, dual=True, tol=0.1)
model = make_pipeline(words, model)
texts, labels = read(train)
model.fit(texts, labels)
trained = time.perf_counter()
texts, labels = read(test)
accuracy = model.score(texts, labels)
print(json.dumps([trained - start, time.perf_counter() - trained, accuracy]))
"""


def rows(name, part):
    """Labels and texts of a part of a corpus."""
    if name == "imdb":
        for line in gzip.open(CORPORA / f"imdb/{part}.tsv.gz", "rt"):
            fields = line.rstrip("\n").split("\t")
            yield fields[0], fields[3]
    else:
        path = CORPORA / "ag-news" / ("dev.tsv" if part == "train" else "test.tsv")
        for fields in csv.reader(open(path), delimiter="\t", quoting=csv.QUOTE_NONE):
            yield fields[1].replace(" ", "_"), fields[0]


def prepared(name, folder):
    """The training and the test text, each a row of label and words."""
    paths = []
    for part in ("train", "test"):
        pairs = list(rows(name, part))
        cut = subprocess.run([options.wordtool, "tokenize", "--format", "spaces"],
                             input="".join(text + "\n" for _, text in pairs), capture_output=True, text=True,
                             check=True).stdout.split("\n")
        path = folder / f"{name}.{part}.tsv"
        path.write_text("".join(f"{label}\t{words}\n" for (label, _), words in zip(pairs, cut)))
        paths.append(str(path))
    return paths


def ours(train, test, arguments, folder):
    model = folder / "model"
    start = time.perf_counter()
    subprocess.run([options.wordtool, "train-classifier", train, "--tokenizer", "whitespace", "--weighting", "tf-idf",
                    "--text-column", "2", "--label-column", "1", "--no-header", "--threads", str(options.threads),
                    "-o", model, "-q", *arguments], check=True, capture_output=True)
    trained = time.perf_counter()
    answer = subprocess.run([options.wordtool, "evaluate", "classification", model, test, "--text-column", "2",
                             "--label-column", "1", "--no-header", "--threads", str(options.threads), "--json"],
                            check=True, capture_output=True, text=True).stdout
    return [trained - start, time.perf_counter() - trained, json.loads(answer)["accuracy"]]


def theirs(train, test, loss, characters):
    run = subprocess.run([sys.executable, "-c", SKLEARN, train, test, loss, str(characters)], check=True,
                         capture_output=True, text=True)
    return json.loads(run.stdout)


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    print("load before:", *os.getloadavg(), "\n")
    print("| text | model | | accuracy | training | classifying |\n| --- | --- | --- | ---: | ---: | ---: |")
    for text in options.sets.split(","):
        train, test = prepared(text, folder)
        for case, (arguments, characters) in CASES.items():
            results = {"scikit-learn": [], "wordtool": []}
            for _ in range(options.rounds):
                results["scikit-learn"].append(theirs(train, test, arguments[1], characters))
                results["wordtool"].append(ours(train, test, arguments, folder))
            for tool, runs in results.items():
                training, testing, accuracy = (statistics.median(column) for column in zip(*runs))
                print(f"| {text} | {case} | {tool} | {accuracy:.4f} | {training:.2f} s | {testing:.2f} s |", flush=True)
            ratios = [statistics.median(a[place] / b[place] for a, b in zip(*results.values())) for place in (0, 1)]
            print(f"| | | ratio of the pairs | | {ratios[0]:.1f} | {ratios[1]:.1f} |", flush=True)
    print("\nload after:", *os.getloadavg())
