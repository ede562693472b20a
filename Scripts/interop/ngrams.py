"""Loads n-gram models of wordtool in KenLM and compares perplexities, those of the mapped file as well,
whose tensors are read here by the letter of docs/language-models.md: see ../interop.sh.

ngrams.py WORDTOOL FOLDER; FOLDER is scratch space. The texts are the Penn Treebank and
tinyshakespeare from the folder in WORDTOOL_CORPORA; without it, sentences made here. Exits 1 when
a check fails.
"""

import array
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import kenlm

TOOL, FOLDER = sys.argv[1], Path(sys.argv[2])
TOLERANCE = 1e-4
passed = failed = 0


def made_up():
    """Two texts; the second has words and characters that the first has not."""
    source = random.Random(1)
    words = ["sun", "moon", "<unk>", "héron", "東京", "e\u0301", "a", "b", "."]

    def write(name, words, count):
        path = FOLDER / name
        lines = (" ".join(source.choices(words, k=source.randint(1, 12))) for _ in range(count))
        path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        return path

    return write("n-train", words, 3000), write("n-test", words + ["zork", "ß"], 300)


def texts():
    """Names with a text to train on and a text to measure."""
    train, test = made_up()
    yield "made-up sentences", "word", train, test
    yield "made-up sentences", "char", train, test
    corpora = os.environ.get("WORDTOOL_CORPORA")
    if not corpora:
        return
    ptb = Path(corpora, "ptb")
    yield "Penn Treebank", "word", ptb / "ptb.train.txt", ptb / "ptb.test.txt"
    play = Path(corpora, "tinyshakespeare", "input.txt").read_text(encoding="utf-8")
    train, test = FOLDER / "play-train", FOLDER / "play-test"
    train.write_text(play[: len(play) * 9 // 10], encoding="utf-8")
    test.write_text(play[len(play) * 9 // 10 :], encoding="utf-8")
    yield "tinyshakespeare", "char", train, test


def perplexities(model, unit, path):
    """KenLM's perplexity of a text, with unknown tokens and without."""
    sums, counts = [0.0, 0.0], [0, 0]
    for line in path.read_text(encoding="utf-8").removesuffix("\n").split("\n"):
        if unit == "char":
            line = " ".join(f"<U+{ord(c):04X}>" if ord(c) <= 32 else c for c in line)
        for score, _, is_unknown in model.full_scores(line):
            for kind in [0] if is_unknown else [0, 1]:
                sums[kind] += score
                counts[kind] += 1
    return [10 ** (-total / count) for total, count in zip(sums, counts)]


def measure(model, text):
    run = subprocess.run(
        [TOOL, "perplexity", model, text, "--json"], check=True, capture_output=True)
    return json.loads(run.stdout)


def tensors_agree(mapped, arpa):
    """Whether the file's tensors, read by what docs/language-models.md says of them, are the ARPA's."""
    data = mapped.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__")

    def tensor(name, code):
        begin, end = (8 + length + offset for offset in header[name]["data_offsets"])
        return memoryview(data)[begin:end].cast(code)

    offsets, text = tensor("vocabulary.offsets", "Q"), bytes(tensor("vocabulary.bytes", "B"))
    words = [text[a:b].decode() for a, b in zip(offsets, offsets[1:])]
    inverse = pow(0x9E3779B1, -1, 1 << 32)
    order = sum(name.startswith("ngrams.") for name in header)
    texts, expected = [()], read_arpa(arpa, order)
    bounds = [0, len(words)]
    for size in range(1, order + 1):
        width = header[f"ngrams.{size}"]["shape"][1]
        rows, floats = tensor(f"ngrams.{size}", "I"), tensor(f"ngrams.{size}", "f")
        grams, found = [], {}
        for context, begin, end in zip(texts, bounds, bounds[1:]):
            for row in range(begin, end):
                word = words[rows[width * row] * inverse % (1 << 32)]
                grams.append((*context, word))
                found[grams[-1]] = tuple(floats[width * row + 1 : width * row + (3 if width == 4 else 2)])
        if found != expected[size]:
            return False
        texts, bounds = grams, [rows[i] for i in range(3, len(rows), 4)] if width == 4 else []
    return True


def read_arpa(path, order):
    """The numbers of all n-grams, rounded to 32 bits."""
    found = {size: {} for size in range(1, order + 1)}
    for line in path.read_text(encoding="utf-8").split("\n"):
        fields = line.split("\t")
        if len(fields) > 1:
            gram = tuple(fields[1].split(" "))
            numbers = [float(fields[0]), *map(float, fields[2:])]
            found[len(gram)][gram] = tuple(array.array("f", numbers))
    return found


quiet = kenlm.Config()
quiet.show_progress = False
quiet.arpa_complain = kenlm.ARPALoadComplain.NONE
print("n-gram models in KenLM")
for name, unit, train, test in texts():
    for order in [2, 3, 5]:
        path = FOLDER / "model.arpa"
        subprocess.run(
            [TOOL, "train-lm", train, "-o", path, "--model", "ngram", "--order", str(order),
             "--unit", unit, "-q"], check=True, stdout=subprocess.DEVNULL)
        mapped = path.with_suffix(".safetensors")
        subprocess.run([TOOL, "convert", path, mapped], check=True)
        answer, same = (measure(model, test) for model in [path, mapped])
        ours = [answer["perplexity"], answer["perplexityWithoutUnknown"]]
        theirs = perplexities(kenlm.Model(str(path), quiet), unit, test)
        error = max(abs(a - b) for a, b in zip(ours, theirs))
        ok = error <= TOLERANCE and same == answer and tensors_agree(mapped, path)
        passed += ok
        failed += not ok
        print(f"  {'passed' if ok else 'FAILED'}: {name}, {unit}, order {order}: "
              f"{ours[0]:.4f} and {ours[1]:.4f}, difference {error:.1e}", flush=True)
print(f"{passed} checks passed, {failed} failed")
sys.exit(1 if failed else 0)
