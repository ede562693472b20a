#!/usr/bin/env python3
"""What passes and rate do to fastText's classifier on few labelled texts.

    Benchmarks/small_classes.py -o classes.jsonl

Cuts the first 100 to 30,000 texts from AG News, IMDB (shuffled), SST-2 and the questions about cooking
(WORDTOOL_CORPORA names their folder), trains with each setting, and writes a JSON line for each: the
accuracy on texts of the same set that none was trained on, and the seconds.
"""
import argparse
import gzip
import itertools
import json
import os
import pathlib
import random
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SIZES = [100, 300, 1000, 3000, 10_000, 30_000]


def lines(*names):
    found = []
    for name in names:
        path = pathlib.Path(os.environ["WORDTOOL_CORPORA"]) / name
        opened = gzip.open(path, "rt") if path.suffix == ".gz" else open(path)
        found += [line for line in opened.read().split("\n") if line]
    return found


def sets():
    """Of each set the texts to train on, in a fixed order, and those to measure."""
    yield "ag-news", "tsv", lines("ag-news/dev.tsv"), lines("ag-news/test.tsv")
    imdb = lines("imdb/train.tsv.gz")
    random.Random(1).shuffle(imdb)
    yield "imdb", "tsv", imdb, lines("imdb/test.tsv.gz")[::5]
    yield ("cooking", "txt", lines("cooking-stackexchange/cooking.train"),
           lines("cooking-stackexchange/cooking.valid"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--tool", default=ROOT / ".build/release/wordtool")
    parser.add_argument("--epochs", default="5,10,20,50,100,200,auto")
    parser.add_argument("--rates", default="0.5,1.0")
    parser.add_argument("--only")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, open(arguments.output, "a") as output:
        for name, suffix, train, test in sets():
            if arguments.only and name != arguments.only:
                continue
            held_out = f"{folder}/{name}-test.{suffix}"
            pathlib.Path(held_out).write_text("\n".join(test) + "\n")
            for size in SIZES:
                if size > 1.5 * len(train):
                    break
                cut = f"{folder}/{name}.{suffix}"
                pathlib.Path(cut).write_text("\n".join(train[:size]) + "\n")
                for epochs, rate in itertools.product(
                        arguments.epochs.split(","), arguments.rates.split(",")):
                    if epochs != "auto" and int(epochs) * size > 3_000_000:
                        continue
                    start = time.perf_counter()
                    run = subprocess.run(
                        [arguments.tool, "train-classifier", cut, "-o", f"{folder}/model",
                         "--model", "fasttext", "--lr", rate, "--test", held_out, "--json", "-q"]
                        + (["--epochs", epochs] if epochs != "auto" else []),
                        capture_output=True, text=True)
                    if run.returncode:
                        continue
                    answer = json.loads(run.stdout)
                    print(json.dumps({
                        "set": name, "texts": len(train[:size]), "labels": len(answer["labels"]),
                        "epochs": epochs, "passes": answer["epochs"], "rate": float(rate),
                        "accuracy": answer["testAccuracy"],
                        "seconds": round(time.perf_counter() - start, 2)}), file=output, flush=True)


if __name__ == "__main__":
    main()
