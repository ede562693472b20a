#!/usr/bin/env python3
"""Times learning byte pairs and encoding with them beside the programs from PyPI that do the same: tokie,
tiktoken and tokenizers encode, gigabpe, rustbpe and tokenizers learn. Those that are not installed are left
out, and the output says so.

    pip install tokie tiktoken tokenizers gigabpe rustbpe
    WORDTOOL_CORPORA=/data Benchmarks/subword.py .build/release/wordtool --rounds 5 --vocab 8000

Texts are the IMDB reviews: the training ones to learn from, the test ones to encode. In each round all run
one after the other. Learning is whole processes that read the text and write what they learnt. Encoding is
the time of a peer's call with the text in its memory, the first one and the next, when its caches are warm;
wordtool's is the whole process, which reads the file and prints the numbers, less one with an empty text.
CPU seconds are those of all threads; a ratio is the peer's time over wordtool's in the same round, and the
median of the rounds counts. Memory is the peak of the process, a peer's with the text and Python in it.
Before anything is timed, the numbers of all must be the same, and so must the merges of gigabpe and
tokenizers.
"""

import argparse
import gzip
import hashlib
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from peers.measuring import process

PATTERN = (r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")

# A peer that encodes: makes `encode(lines)` of the file `model`, and `numbers(result)`, a list for each line.
ENCODERS = {
    "tokie": """
import tokie
tokenizer = tokie.Tokenizer.from_json(model)
encode = tokenizer.encode_batch_flat
def numbers(result):
    ids, lengths = result
    at, rows, ids = 0, [], ids.tolist()
    for length in lengths.tolist():
        rows.append(ids[at:at + length])
        at += length
    return rows
""",
    "tiktoken": """
import tiktoken
with open(model, encoding="utf-8") as file:
    vocabulary = json.load(file)["model"]["vocab"]
printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
letters = {byte: chr(byte) for byte in printable}
letters |= {byte: chr(0x100 + place)
            for place, byte in enumerate(sorted(set(range(256)) - set(printable)))}
bytes_of = {letter: byte for byte, letter in letters.items()}
ranks = {bytes(bytes_of[letter] for letter in token): rank for token, rank in vocabulary.items()}
encoding = tiktoken.Encoding("trained", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
encode = lambda lines: encoding.encode_ordinary_batch(lines, num_threads=threads)
numbers = lambda result: result
""",
    "tokenizers": """
from tokenizers import Tokenizer
tokenizer = Tokenizer.from_file(model)
encode = tokenizer.encode_batch_fast
numbers = lambda result: [line.ids for line in result]
""",
}

RUN_ENCODER = """
import hashlib, json, sys, time
name, model, text, threads, pattern, wants_digest = json.loads(sys.argv[1])
exec(sys.argv[2])
with open(text, encoding="utf-8", newline="\\n") as file:
    lines = file.read().split("\\n")[:-1]
if wants_digest:
    digest = hashlib.sha256()
    for row in numbers(encode(lines)):
        digest.update((" ".join(map(str, row)) + "\\n").encode())
    print(digest.hexdigest())
else:
    for _ in range(2):
        wall, cpu = time.perf_counter(), time.process_time()
        result = encode(lines)
        print(time.perf_counter() - wall, time.process_time() - cpu)
        del result
"""

# A peer that learns: text, size, output and threads are the arguments.
LEARNERS = {
    "gigabpe": """
import sys, gigabpe
text, size, output, threads = sys.argv[1:]
gigabpe.train_tokenizer([text], vocab_size=int(size), output=output, pretokenizer="bytelevel",
    threads=int(threads))
""",
    "rustbpe": """
import sys, rustbpe
text, size, output, threads = sys.argv[1:]
tokenizer = rustbpe.Tokenizer()
with open(text, encoding="utf-8", newline="\\n") as lines:
    tokenizer.train_from_iterator(lines, int(size), pattern=PATTERN)
""".replace("PATTERN", repr(PATTERN)),
    "tokenizers": """
import sys
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
text, size, output, threads = sys.argv[1:]
tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.train([text], trainers.BpeTrainer(vocab_size=int(size), min_frequency=2,
    initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
tokenizer.save(output)
""",
}


def quiet(arguments):
    """As `process`, with the output thrown away."""
    start = time.perf_counter()
    child = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{arguments[:3]} ended with {child.returncode}")
    cpu = usage.ru_utime + usage.ru_stime
    return time.perf_counter() - start, cpu, usage.ru_maxrss / 1024


def installed(names, wanted):
    names = [name for name in names if wanted is None or name in wanted.split(",")]
    found = [name for name in names if importlib.util.find_spec(name)]
    for name in names:
        if name not in found:
            print(f"{name} is not installed: left out")
    return found


def merges(path):
    """The pairs of a tokenizer.json, in order."""
    with open(path, encoding="utf-8") as file:
        pairs = json.load(file)["model"]["merges"]
    return [tuple(pair.split(" ")) if isinstance(pair, str) else tuple(pair) for pair in pairs]


def median_and_range(values):
    values = sorted(values)
    return f"{statistics.median(values):5.2f} ({values[0]:.2f} to {values[-1]:.2f})"


def table(title, rows, ours, byte_count):
    """Prints medians of wall and CPU time and memory, and ratios to wordtool within a round."""
    print(f"\n{title}")
    print(f"{'':24}{'wall s':>8}{'CPU s':>8}{'MB/s':>7}{'MB':>7}  wall / wordtool's      CPU / wordtool's")
    for name, runs in rows.items():
        wall, cpu, memory = (statistics.median(run[index] for run in runs) for index in range(3))
        ratios = "" if runs is ours else "  ".join(
            median_and_range([theirs[index] / own[index] for theirs, own in zip(runs, ours)])
            for index in range(2))
        print(f"{name:24}{wall:8.3f}{cpu:8.3f}{byte_count / wall / 1e6:7.0f}{memory:7.0f}  {ratios}",
              flush=True)


def learn(arguments, text, folder):
    peers = installed(LEARNERS, arguments.peers)
    outputs = {name: f"{folder}/{name}.json" for name in ["wordtool", *peers]}
    commands = {"wordtool": [arguments.tool, "bpe", "train", text, "--vocab-size", str(arguments.vocab),
                             "--threads", str(arguments.threads), "-o", outputs["wordtool"]]}
    for name in peers:
        commands[name] = [sys.executable, "-c", LEARNERS[name], text, str(arguments.vocab), outputs[name],
                          str(arguments.threads)]
    rows = {name: [] for name in commands}
    for number in range(arguments.rounds + 1):
        for name, command in commands.items():
            run = quiet(command)
            # The first round warms up.
            if number > 0:
                rows[name].append(run)
    ours = merges(outputs["wordtool"])
    for name in peers:
        if os.path.exists(outputs[name]):
            theirs = merges(outputs[name])
            count = min(len(ours), len(theirs))
            # gigabpe has no tokens for bytes that do not occur, and takes as many merges more.
            if ours[:count] != theirs[:count]:
                sys.exit(f"{name} learnt other merges")
            print(f"{name}: the same {count} merges")
    table(f"learn {arguments.vocab} tokens", rows, rows["wordtool"], os.path.getsize(text))


def encode(arguments, text, model, folder):
    peers = installed(ENCODERS, arguments.peers)
    empty = f"{folder}/empty"
    Path(empty).write_bytes(b"")
    command = [arguments.tool, "bpe", "encode", "-m", model, "--threads", str(arguments.threads)]

    def peer(name, wants_digest):
        told = json.dumps([name, model, text, arguments.threads, PATTERN, wants_digest])
        environment = os.environ | {"RAYON_NUM_THREADS": str(arguments.threads)}
        return process([sys.executable, "-c", RUN_ENCODER, told, ENCODERS[name]],
                       environment=environment)

    expected = hashlib.sha256(process([*command, text])[3]).hexdigest()
    for name in peers:
        if peer(name, True)[3].decode().strip() != expected:
            sys.exit(f"{name} gives other numbers")
        print(f"{name}: the same numbers")
    rows = {"wordtool": []}
    for _ in range(arguments.rounds):
        start, whole = quiet([*command, empty]), quiet([*command, text])
        rows["wordtool"].append((whole[0] - start[0], whole[1] - start[1], whole[2]))
        for name in peers:
            _, _, memory, output = peer(name, False)
            for call, line in zip(["first call", "warm"], output.decode().splitlines()):
                wall, cpu = map(float, line.split())
                rows.setdefault(f"{name}, {call}", []).append((wall, cpu, memory))
    table(f"encode with {arguments.vocab} tokens", rows, rows["wordtool"], os.path.getsize(text))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--vocab", type=int, default=8000)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--only", default="learn,encode", help="learn or encode alone")
    parser.add_argument("--peers", help="some of the peers: tokie,gigabpe")
    arguments = parser.parse_args()
    arguments.tool = os.path.abspath(arguments.tool)
    folder_of_texts = Path(os.environ["WORDTOOL_CORPORA"]) / "imdb"
    with tempfile.TemporaryDirectory() as folder:
        texts = {}
        for name in ["train", "test"]:
            texts[name] = f"{folder}/{name}.txt"
            with gzip.open(folder_of_texts / f"{name}.tsv.gz", "rt", encoding="utf-8",
                           newline="\n") as lines, \
                    open(texts[name], "w", encoding="utf-8", newline="\n") as out:
                for line in lines:
                    out.write(line.split("\t")[3])
        print(f"{arguments.threads} threads, {arguments.rounds} rounds, load {os.getloadavg()[0]:.2f}")
        if "learn" in arguments.only:
            learn(arguments, texts["train"], folder)
        if "encode" in arguments.only:
            model = f"{folder}/model.json"
            quiet([arguments.tool, "bpe", "train", texts["train"], "--vocab-size", str(arguments.vocab),
                   "-o", model])
            encode(arguments, texts["test"], model, folder)
        print(f"load {os.getloadavg()[0]:.2f}")


if __name__ == "__main__":
    main()
