#!/usr/bin/env python3
"""Whether commands know when they will be done: what they foretell, beside what came of it.

    swift build -c release
    Benchmarks/eta.py .build/release/wordtool train-lm text -o m.safetensors
    Benchmarks/eta.py .build/release/wordtool --corpora FOLDER

A command with a progress of its own runs with `--progress json`; of any other the line is read that it draws on
a terminal. The first form looks at one command, the second at some of each kind, with the sets that
docs/corpora.md names (`--only REGEX`: at those whose name it finds). Told is by how much the foretold end missed the true one, as a share of the run, at most
from a tenth of it on; commands of less than two seconds are passed over.
"""

import argparse
import array
import gzip
import json
import os
import pty
import random
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}


def seconds_of(text):
    """`1h 02m`, `3m 20s`, `12s`."""
    return sum(float(number) * UNITS[unit] for number, unit in re.findall(r"([\d.]+)([dhms])", text))


def by_progress(command):
    """Moments by the lines of --progress json: when, and seconds to the end."""
    start = time.monotonic()
    moments = []
    with subprocess.Popen(command + ["--progress", "json"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True) as run:
        for line in run.stderr:
            if not line.startswith("{"):
                continue
            left = json.loads(line).get("etaSeconds")
            moments.append((time.monotonic() - start, left))
    return run.returncode, time.monotonic() - start, moments


def by_terminal(command):
    """Moments by the line on a terminal."""
    start = time.monotonic()
    moments = []
    # Under a terminal of this script's own.
    process, terminal = pty.fork()
    if process == 0:
        os.environ.update(TERM="xterm", COLUMNS="200")
        with open(os.devnull, "w", encoding="utf-8") as nothing:
            os.dup2(nothing.fileno(), 1)
        os.execvp(command[0], command)
    text = ""
    while True:
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break
        if not piece:
            break
        text += piece.decode("utf-8", "replace")
        found = re.findall(r"ETA ((?:[\d.]+[dhms] ?)+)", text)
        if found:
            moments.append((time.monotonic() - start, seconds_of(found[-1])))
            text = text[-20:] if "ETA" not in text[-20:] else ""
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    return status, time.monotonic() - start, moments


def look(wordtool, arguments, name):
    command = [wordtool, *arguments]
    help_text = subprocess.run([wordtool, *arguments[:2 if arguments[0] == "image" else 1], "--help"],
                               capture_output=True, text=True, check=True).stdout
    code, seconds, moments = (by_progress if "--progress" in help_text else by_terminal)(command)
    if code:
        sys.exit(f"{' '.join(arguments)}: exit code {code}")
    if seconds < 2:
        print(f"{name:24}  {seconds:7.1f} s  too short")
        return
    late = [(at, left) for at, left in moments if at >= 0.1 * seconds]
    told = [(abs(at + left - seconds) / seconds, at) for at, left in late if left is not None]
    if not told:
        print(f"{name:24}  {seconds:7.1f} s  nothing was foretold")
        return
    worst, at = max(told)
    first = min(when for _, when in told)
    print(f"{name:24}  {seconds:7.1f} s  at most {100 * worst:5.1f} % off, at {100 * at / seconds:3.0f} % "
          f"of the run; first told at {100 * first / seconds:3.0f} %", flush=True)


def write_vectors(path, words, dimension):
    """word2vec's binary format: stretches of some random numbers, which are quick to make."""
    draw = random.Random(1)
    pool = array.array("f", (draw.gauss(0, 1) for _ in range(100_000)))
    with open(path, "wb") as file:
        file.write(f"{words} {dimension}\n".encode())
        for word in range(words):
            start = draw.randrange(len(pool) - dimension)
            file.write(f"w{word} ".encode() + pool[start:start + dimension].tobytes() + b"\n")


def commands(corpora, folder):
    """Some of each kind, which take some seconds or a minute."""
    text = f"{corpora}/wikitext-2/train.txt"
    large = f"{folder}/large"
    yield "embeddings", ["train-embeddings", text, "-o", f"{folder}/v.safetensors", "--epochs", "5"]
    yield "GloVe", ["train-embeddings", text, "-o", f"{folder}/g.safetensors", "--model", "glove"]
    yield "language model", ["train-lm", f"{corpora}/ptb/ptb.valid.txt", "-o", f"{folder}/lm", "--epochs", "3"]
    yield "n-grams", ["train-lm", text, "--model", "ngram", "-o", f"{folder}/n.safetensors"]
    yield "classes", ["train-classifier", f"{corpora}/sst-2/train.tsv", "-o", f"{folder}/c", "--model", "gru"]
    yield "images", ["image", "train", f"{corpora}/mnist", "-o", f"{folder}/i", "--epochs", "1"]
    yield "t-SNE", ["plot", "--top", "3000", "--method", "tsne", "-o", f"{folder}/t.svg"]
    yield "UMAP", ["plot", "--top", "10000", "--method", "umap", "-o", f"{folder}/u.svg"]
    yield "page", ["explore", "--top", "10000", "-o", f"{folder}/p.html"]
    write_vectors(f"{large}.bin", 200_000, 300)
    yield "index", ["index", f"{large}.bin", "-o", f"{folder}/index"]
    yield "convert to text", ["convert", f"{large}.bin", f"{large}.vec"]
    yield "convert from text", ["convert", f"{large}.vec", f"{folder}/back.bin"]
    yield "convert text to text", ["convert", f"{large}.vec", f"{large}.glove", "--format", "glove"]
    if not os.path.exists(f"{large}.vec"):
        return
    with open(f"{large}.vec", "rb") as file, gzip.open(f"{large}.vec.gz", "wb", 1) as packed:
        shutil.copyfileobj(file, packed)
    yield "convert from .gz", ["convert", f"{large}.vec.gz", f"{folder}/back.safetensors"]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wordtool")
    parser.add_argument("--corpora")
    parser.add_argument("--only", default="")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    if not arguments.corpora:
        look(arguments.wordtool, arguments.command, arguments.command[0])
        return
    with tempfile.TemporaryDirectory() as folder:
        for name, command in commands(arguments.corpora, folder):
            if re.search(arguments.only, name):
                look(arguments.wordtool, command, name)


if __name__ == "__main__":
    main()
