#!/usr/bin/env python3
"""Two builds of wordtool side by side: is anything slower than before, and are the bytes the same?

    swift build -c release
    WORDTOOL_CORPORA=corpora-folder Benchmarks/builds.py OLD/wordtool .build/release/wordtool

Every case runs as a whole process by both in alternating pairs, with 2 threads and with 1. The ratio
is old time / new time within a pair, so above 1 the new build is faster; medians and ranges are
printed, for the wall clock and for processor time, and whether both wrote the same file. The machine
should do nothing else: the load averages before and after are printed.

--instructions counts what one thread executes instead, by Valgrind's cachegrind: the same number on every
run, whatever else the machine does. It takes fifty times as long, so the texts are cut to a 24th, which
gives the start of a program 24 times its weight, unless --part says otherwise; Valgrind knows AVX2 but
not AVX-512, and so the kernels are those of AVX2.
"""
import argparse
import gzip
import hashlib
import os
import pathlib
import re
import resource
import statistics
import struct
import subprocess
import tempfile
import time

VECTORS = pathlib.Path(__file__).resolve().parent.parent / "corpora/vectors/wikipedia-2015.safetensors"


def read(path):
    return gzip.open(path).read() if str(path).endswith(".gz") else path.read_bytes()


def prepare(corpora, folder, part=1):
    """The texts, cut so that a run takes a few seconds; of these one in `part`."""
    wiki = read(corpora / "wikipedia-2015/wiki-0.txt.gz")
    (folder / "wiki.txt").write_bytes(wiki[: wiki.rfind(b"\n", 0, 20_000_000 // part) + 1])
    imdb = read(corpora / "imdb/train.tsv.gz").splitlines(keepends=True)
    (folder / "imdb.tsv").write_bytes(b"".join(imdb[:: 5 * part]))
    (folder / "imdb.txt").write_bytes(
        b"".join(line.split(b"\t")[-1] for line in imdb[:: 3 * part]))
    batch = read(corpora / "cifar-10/data_batch_1.bin.gz")
    (folder / "cifar").mkdir(exist_ok=True)
    (folder / "cifar/data_batch_1.bin").write_bytes(batch[: 1000 // part * 3073])
    (folder / "mnist").mkdir(exist_ok=True)
    for name, header, size in (("images-idx3", 16, 784), ("labels-idx1", 8, 1)):
        data = read(corpora / f"mnist/t10k-{name}-ubyte.gz")
        (folder / f"mnist/train-{name}-ubyte").write_bytes(
            data[:4] + struct.pack(">I", 5000 // part) + data[8 : header + 5000 // part * size])
    ptb = read(corpora / "ptb/ptb.valid.txt")
    (folder / "ptb.txt").write_bytes(ptb[: ptb.rfind(b"\n", 0, 150_000 // part) + 1])
    ptb = read(corpora / "ptb/ptb.train.txt")
    (folder / "ptb.train.txt").write_bytes(ptb[: ptb.rfind(b"\n", 0, len(ptb) // part) + 1])
    abc = read(corpora / "irish-abc/irish.abc")
    (folder / "irish.abc").write_bytes(abc[: abc.rfind(b"\n\n", 0, len(abc) // part) + 2])
    (folder / "questions.txt").write_text(
        "\n".join(["sweden", "king", "paris", "music"] * (500 // part)) + "\n")


def cases(threads):
    """Name, arguments; OUT is where the result goes."""
    count = ["--threads", str(threads)]
    made = {
        "skip-gram d=100": ["train-embeddings", "wiki.txt", "-o", "OUT", "--epochs", "3"],
        "skip-gram d=300": ["train-embeddings", "wiki.txt", "-o", "OUT", "--epochs", "1",
                            "--dim", "300"],
        "classifier, bag of words": ["train-classifier", "imdb.tsv", "-o", "OUT"],
        "classifier, fasttext": ["train-classifier", "imdb.tsv", "-o", "OUT", "--model",
                                 "fasttext", "--epochs", "5"],
        "classifier, LSTM": ["train-classifier", "imdb.tsv", "-o", "OUT", "--model", "lstm",
                             "--epochs", "1", "--max-length", "100", "--hidden", "64"],
        "LSTM 2x200": ["train-lm", "ptb.txt", "-o", "OUT", "--cell", "lstm", "--layers", "2",
                       "--hidden", "200", "--embedding", "200", "--epochs", "1"],
        "character GRU 256": ["train-lm", "irish.abc", "-o", "OUT",
                              "--unit", "char", "--cell", "gru", "--layers", "1", "--hidden",
                              "256", "--embedding", "64", "--bptt", "100", "--batch", "50",
                              "--epochs", "1"],
        "5-gram": ["train-lm", "ptb.train.txt", "-o", "OUT", "--model", "ngram", "--order", "5"],
        "images, example-cnn": ["image", "train", "mnist", "-o", "OUT", "--model", "example-cnn",
                                "--epochs", "1"],
        "images, resnet20": ["image", "train", "cifar", "-o", "OUT", "--model", "resnet20",
                             "--epochs", "1"],
        "vocab": ["vocab", "wiki.txt", "-q"],
        "bpe train": ["bpe", "train", "imdb.txt", "-o", "OUT", "--vocab-size", "8000"],
        "encode bag-of-words": ["encode", "bag-of-words", "imdb.txt", "-o", "OUT.mtx"],
        "nearest, 2,000 questions": ["nearest", "-v", str(VECTORS), "-"],
    }
    for name, arguments in made.items():
        yield name, arguments + (count if name != "nearest, 2,000 questions" else [])


def instructions(tool, arguments, folder, side):
    """How many a run with one thread executes, or None and what failed; and the hash of its result."""
    counted = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null",
               "--log-file=instructions.txt", *tool]
    environment = {**os.environ, "OPENBLAS_CORETYPE": "Haswell", "OPENBLAS_NUM_THREADS": "1"}
    environment.pop("OPENBLAS_L2_SIZE", None)
    times, said = run(counted, arguments, folder, side, environment)
    if times is None:
        return None, said
    log = (folder / "instructions.txt").read_text()
    return int(re.search(r"I\s+refs:\s+([\d,]+)", log)[1].replace(",", "")), said


def count_instructions(tools, only, corpora, folder, part):
    """A line for each case: both counts, old / new, and whether the results are the same."""
    prepare(corpora, folder, part)
    for side, tool in enumerate(tools):
        # Its debugging tables are newer than what Valgrind reads.
        tools[side] = str(folder / f"wordtool-{side}")
        subprocess.run(["strip", "--strip-debug", "-o", tools[side], tool], check=True)
    print(f"{'':34} {'old, millions':>14} {'new, millions':>14} {'old/new':>8}  bytes")
    for title, command in cases(1):
        if only not in title:
            continue
        counts, hashes = zip(*(instructions([tool], command, folder, side)
                               for side, tool in enumerate(tools)))
        if None in counts:
            side = counts.index(None)
            print(f"{title:34} {('old', 'new')[side]}: {hashes[side]}", flush=True)
            continue
        print(f"{title:34} {counts[0] / 1e6:14,.1f} {counts[1] / 1e6:14,.1f} "
              f"{counts[0] / counts[1]:8.3f}  {'same' if hashes[0] == hashes[1] else 'differ'}",
              flush=True)


def run(tool, arguments, folder, side, environment=None):
    """Wall and processor seconds, or None; the hash of the result, or what was said of the fault."""
    target = folder / f"out-{side}"
    arguments = [part.replace("OUT", str(target)) for part in arguments]
    questions = open(folder / "questions.txt", "rb") if arguments[-1] == "-" else None
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run([*tool, *arguments], cwd=folder, stdin=questions or subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        return None, said[-1] if said else f"exit code {done.returncode}"
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
    parser.add_argument("--instructions", action="store_true", help="count them; no times")
    parser.add_argument("--part", type=int, default=24, help="of the texts one in so many is counted")
    arguments = parser.parse_args()
    tools = [str(pathlib.Path(path).resolve()) for path in (arguments.old, arguments.new)]
    corpora = pathlib.Path(os.environ["WORDTOOL_CORPORA"]).resolve()
    if arguments.instructions:
        with tempfile.TemporaryDirectory() as name:
            os.environ["XDG_DATA_HOME"] = f"{name}/data"
            count_instructions(tools, arguments.only, corpora, pathlib.Path(name),
                               arguments.part)
        return
    print("load before:", *os.getloadavg())
    print(f"{'':34} {'old s':>7} {'new s':>7}  {'wall old/new':22} {'processor old/new':22} bytes")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        os.environ["XDG_DATA_HOME"] = str(folder / "data")
        prepare(corpora, folder)
        for threads in arguments.threads.split(","):
            for title, command in cases(threads):
                if arguments.only not in title or (threads == "1" and "--threads" not in command):
                    continue
                walls, useds, times, hashes = [], [], ([], []), (set(), set())
                failure = None
                for round_number in range(-1, arguments.rounds):
                    pair = {}
                    for side in ((0, 1) if round_number % 2 else (1, 0)):
                        pair[side], said = run([tools[side]], command, folder, side)
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
