#!/usr/bin/env python3
"""Two builds of wordtool side by side: is anything slower than before, and are the bytes the same?

    swift build -c release
    WORDTOOL_CORPORA=corpora-folder Benchmarks/builds.py OLD/wordtool .build/release/wordtool

Every case runs as a whole process by both in alternating pairs, with 2 threads and with 1. The ratio
is old time / new time within a pair, so above 1 the new build is faster; medians and ranges are
printed, for the wall clock and for processor time, and whether both wrote the same file. The machine
should do nothing else: the load averages before and after are printed.
"""
import argparse
import gzip
import hashlib
import os
import pathlib
import resource
import statistics
import struct
import subprocess
import tempfile
import time


def read(path):
    return gzip.open(path).read() if str(path).endswith(".gz") else path.read_bytes()


def prepare(corpora, folder):
    """The texts, cut so that a run takes a few seconds."""
    wiki = read(corpora / "wikipedia-2015/wiki-0.txt.gz")
    (folder / "wiki.txt").write_bytes(wiki[: wiki.rfind(b"\n", 0, 20_000_000) + 1])
    imdb = read(corpora / "imdb/train.tsv.gz").splitlines(keepends=True)
    (folder / "imdb.tsv").write_bytes(b"".join(imdb[::5]))
    (folder / "imdb.txt").write_bytes(
        b"".join(line.split(b"\t")[-1] for line in imdb[::3]))
    batch = read(corpora / "cifar-10/data_batch_1.bin.gz")
    (folder / "cifar").mkdir(exist_ok=True)
    (folder / "cifar/data_batch_1.bin").write_bytes(batch[: 1000 * 3073])
    (folder / "mnist").mkdir(exist_ok=True)
    for name, header, size in (("images-idx3", 16, 784), ("labels-idx1", 8, 1)):
        data = read(corpora / f"mnist/t10k-{name}-ubyte.gz")
        (folder / f"mnist/train-{name}-ubyte").write_bytes(
            data[:4] + struct.pack(">I", 5000) + data[8 : header + 5000 * size])
    ptb = read(corpora / "ptb/ptb.valid.txt")
    (folder / "ptb.txt").write_bytes(ptb[: ptb.rfind(b"\n", 0, 150_000) + 1])
    (folder / "questions.txt").write_text(
        "\n".join(["sweden", "king", "paris", "music"] * 500) + "\n")


def cases(corpora, folder, threads):
    """Name, arguments; OUT is where the result goes."""
    count = ["--threads", str(threads)]
    ptb = "ptb.txt"
    made = {
        "skip-gram d=100": ["train-embeddings", "wiki.txt", "-o", "OUT", "--epochs", "3"],
        "skip-gram d=300": ["train-embeddings", "wiki.txt", "-o", "OUT", "--epochs", "1",
                            "--dim", "300"],
        "classifier, bag of words": ["train-classifier", "imdb.tsv", "-o", "OUT"],
        "classifier, fasttext": ["train-classifier", "imdb.tsv", "-o", "OUT", "--model",
                                 "fasttext"],
        "classifier, LSTM": ["train-classifier", "imdb.tsv", "-o", "OUT", "--model", "lstm",
                             "--epochs", "1", "--max-length", "100", "--hidden", "64"],
        "LSTM 2x200": ["train-lm", ptb, "-o", "OUT", "--cell", "lstm", "--layers", "2",
                       "--hidden", "200", "--embedding", "200", "--epochs", "1"],
        "character GRU 256": ["train-lm", str(corpora / "irish-abc/irish.abc"), "-o", "OUT",
                              "--unit", "char", "--cell", "gru", "--layers", "1", "--hidden",
                              "256", "--embedding", "64", "--bptt", "100", "--batch", "50",
                              "--epochs", "1"],
        "5-gram": ["train-lm", str(corpora / "ptb/ptb.train.txt"), "-o", "OUT", "--model",
                   "ngram", "--order", "5"],
        "images, example-cnn": ["image", "train", "mnist", "-o", "OUT", "--model", "example-cnn",
                                "--epochs", "1"],
        "images, resnet20": ["image", "train", "cifar", "-o", "OUT", "--model", "resnet20",
                             "--epochs", "1"],
        "vocab": ["vocab", "wiki.txt", "-q"],
        "bpe train": ["bpe", "train", "imdb.txt", "-o", "OUT", "--vocab-size", "8000"],
        "encode bag-of-words": ["encode", "bag-of-words", "imdb.txt", "-o", "OUT.mtx"],
        "nearest, 2,000 questions": ["nearest", "-"],
    }
    for name, arguments in made.items():
        yield name, arguments + (count if name != "nearest, 2,000 questions" else [])


def run(tool, arguments, folder, side):
    target = folder / f"out-{side}"
    arguments = [part.replace("OUT", str(target)) for part in arguments]
    questions = open(folder / "questions.txt", "rb") if arguments[-1] == "-" else None
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run([tool, *arguments], cwd=folder, stdin=questions or subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        return None, done.stderr.decode(errors="replace").strip().splitlines()[-1]
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    written = [path for path in (target, pathlib.Path(f"{target}.mtx")) if path.exists()]
    data = written[0].read_bytes() if written else done.stdout
    for path in written:
        path.unlink()
    return (wall, used), hashlib.sha256(data).hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", default="2,1")
    parser.add_argument("--only", default="", help="part of a case's name")
    arguments = parser.parse_args()
    tools = [str(pathlib.Path(path).resolve()) for path in (arguments.old, arguments.new)]
    corpora = pathlib.Path(os.environ["WORDTOOL_CORPORA"]).resolve()
    print("load before:", *os.getloadavg())
    print(f"{'':34} {'old s':>7} {'new s':>7}  {'wall old/new':22} {'processor old/new':22} bytes")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        os.environ["XDG_DATA_HOME"] = str(folder / "data")
        prepare(corpora, folder)
        for threads in arguments.threads.split(","):
            for title, command in cases(corpora, folder, threads):
                if arguments.only not in title or (threads == "1" and "--threads" not in command):
                    continue
                walls, useds, times, hashes = [], [], ([], []), (set(), set())
                failure = None
                for round_number in range(-1, arguments.rounds):
                    pair = {}
                    for side in ((0, 1) if round_number % 2 else (1, 0)):
                        pair[side], said = run(tools[side], command, folder, side)
                        if pair[side] is None:
                            failure = f"{('old', 'new')[side]}: {said}"
                            break
                        hashes[side].add(said)
                    if failure:
                        break
                    # The first pair warms the caches.
                    if round_number < 0:
                        continue
                    walls.append(pair[0][0] / pair[1][0])
                    useds.append(pair[0][1] / max(pair[1][1], 1e-9))
                    for side in (0, 1):
                        times[side].append(pair[side][0])
                label = f"{title}, {threads} thread{'s' * (threads != '1')}"
                if failure:
                    print(f"{label:34} {failure}", flush=True)
                    continue

                def spread(ratios):
                    return (f"{statistics.median(ratios):.3f} "
                            f"({min(ratios):.3f} to {max(ratios):.3f})")

                print(f"{label:34} {statistics.median(times[0]):7.2f} "
                      f"{statistics.median(times[1]):7.2f}  {spread(walls):22} {spread(useds):22} "
                      f"{'same' if hashes[0] == hashes[1] and len(hashes[0]) == 1 else 'differ'}",
                      flush=True)
    print("load after:", *os.getloadavg())


if __name__ == "__main__":
    main()
