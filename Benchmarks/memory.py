#!/usr/bin/env python3
"""What trainings say they will hold of memory beside what they hold, and both under --memory.

    swift build -c release
    Benchmarks/memory.py .build/release/wordtool wiki.txt
    Benchmarks/memory.py .build/release/wordtool big.txt --memory 512M -- --dim 50 --min-count 20
    Benchmarks/memory.py .build/release/wordtool --networks corpora-folder

Without --memory one pass each of skip-gram and CBOW, with 100 and 300 values, with n-grams and without, a tree,
GloVe and documents. With it one training under that limit and one count of words. The peak is the kernel's
(`ru_maxrss` of the process). With --networks language models of the Penn Treebank (ptb/), classifiers of IMDB, AG News
and questions about cooking, and image networks of MNIST and CIFAR-10, for a few steps. The output is a
table in Markdown. What is behind -- goes to train-embeddings.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time

UNITS = {"bytes": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}
MODELS = [
    ["--dim", "100"], ["--dim", "300"], ["--dim", "100", "--subwords", "3-6"],
    ["--dim", "300", "--subwords", "3-6"], ["--dim", "100", "--model", "cbow"],
    ["--dim", "100", "--loss", "hs"], ["--dim", "100", "--model", "glove"],
    ["--dim", "100", "--model", "pv-dbow", "--documents", "lines"],
]
# Commands, with what they are trained on in the folder of the corpora.
NETWORKS = [
    ["train-lm", "ptb/ptb.train.txt", "--max-steps", "20"],
    ["train-lm", "ptb/ptb.train.txt", "--max-steps", "10", "--layers", "2", "--embedding", "650", "--hidden", "650"],
    ["train-lm", "ptb/ptb.train.txt", "--max-steps", "10", "--batch", "256"],
    ["train-lm", "ptb/ptb.train.txt", "--max-steps", "20", "--cell", "gru", "--unit", "char", "--batch", "64"],
    ["train-lm", "ptb/ptb.train.txt", "--max-steps", "20", "--cell", "rnn-tanh", "--hidden", "1000"],
    ["train-lm", "ptb/ptb.train.txt", "--max-steps", "20", "--model", "fixed-window"],
    ["train-lm", "wikitext-2/train.txt", "--max-steps", "10", "--hidden", "400"],
    ["train-classifier", "imdb/train.tsv.gz", "--model", "bag-of-words"],
    ["train-classifier", "imdb/train.tsv.gz", "--model", "fasttext", "--epochs", "1"],
    ["train-classifier", "ag-news/dev.tsv", "--model", "bag-of-words"],
    ["train-classifier", "ag-news/dev.tsv", "--model", "fasttext", "--dim", "300", "--epochs", "1"],
    ["train-classifier", "ag-news/dev.tsv", "--model", "lstm", "--epochs", "1"],
    ["train-classifier", "ag-news/dev.tsv", "--model", "gru", "--hidden", "400", "--epochs", "1"],
    ["train-classifier", "cooking-stackexchange/cooking.train", "--model", "bag-of-words", "--epochs", "5"],
    ["train-classifier", "cooking-stackexchange/cooking.train", "--model", "fasttext", "--epochs", "1", "-o", "m.bin"],
    ["image", "train", "mnist", "--model", "lenet-5", "--max-steps", "30"],
    ["image", "train", "mnist", "--model", "lenet-5", "--max-steps", "10", "--batch", "1024"],
    ["image", "train", "cifar-10/data_batch_1.bin.gz", "--model", "resnet-18", "--max-steps", "3"],
    ["image", "train", "cifar-10/data_batch_1.bin.gz", "--model", "resnet-18", "--max-steps", "2", "--batch", "256"],
    ["image", "train", "cifar-10/data_batch_1.bin.gz", "--model", "vgg-11", "--max-steps", "2"],
]


def run(command):
    """Seconds, peak in bytes, and what was told of memory in bytes or None; ends where the command fails."""
    # The peak of children is that of the largest one so far: each command has a process of its own.
    code = ("import resource, subprocess, sys\n"
            "done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
            "sys.exit(done.returncode)")
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
    found = re.search(r"memory: about ([\d.]+) (\w+)", done.stderr)
    told = float(found[1]) * UNITS[found[2]] if found else None
    peak = int(done.stdout) * (1024 if sys.platform == "linux" else 1)
    return time.monotonic() - began, peak, told


def row(name, measured):
    seconds, peak, told = measured
    share = f"{told / peak:.2f}" if told else ""
    print(f"| {name} | {told / 1e6:.0f} MB |" if told else f"| {name} | |",
          f"{peak / 1e6:.0f} MB | {share} | {seconds:.0f} s |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("tool")
    parser.add_argument("text", nargs="?")
    parser.add_argument("--networks", help="the folder of the corpora")
    parser.add_argument("--memory", help="a limit, such as 512M")
    parser.add_argument("--threads", default="2")
    own, more = sys.argv[1:], []
    if "--" in own:
        own, more = own[:own.index("--")], own[own.index("--") + 1:]
    options = parser.parse_args(own)
    print("| | told | peak | told/peak | whole run |\n| --- | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        for words in NETWORKS if options.networks else []:
            place = 2 if words[0] == "image" else 1
            path = os.path.join(options.networks, words[place])
            model = f"{folder}/m.bin" if "-o" in words else f"{folder}/m"
            command = [options.tool, *words[:place], path, *words[place + 1:], "-o", model, "--threads",
                       options.threads, "--progress", "plain"]
            if "-o" in words:
                at = command.index("-o")
                del command[at:at + 2]
            row(" ".join(words), run(command))
        if options.networks:
            return

        def train(model):
            return run([options.tool, "train-embeddings", options.text, "-o", f"{folder}/v.safetensors",
                        "--epochs", "1", "--threads", options.threads, "--progress", "plain", *model, *more])
        if options.memory:
            count = [options.tool, "vocab", options.text, "-o", f"{folder}/words", "-q", "--min-count", "5",
                     "--threads", options.threads]
            row("vocab", run(count))
            row(f"vocab --memory {options.memory}", run(count + ["--memory", options.memory]))
            row(f"train-embeddings --memory {options.memory}", train(["--memory", options.memory]))
            return
        for model in MODELS:
            row(" ".join(model), train(model))


if __name__ == "__main__":
    main()
