"""Trains vectors with n-grams by wordtool and has fastText and gensim read them: see ../interop.sh.

subwords.py WORDTOOL FOLDER; FOLDER is scratch space. Exits 1 when a check fails.
"""

import subprocess
import sys
from pathlib import Path

import fasttext
import numpy as np
from gensim.models.fasttext import load_facebook_model, load_facebook_vectors

TOOL, FOLDER = sys.argv[1], Path(sys.argv[2]) / "subwords"
FOLDER.mkdir(exist_ok=True)
#: Words of several scripts, and some that no text has.
LINES = [
    "the river flows past Zürich and Genève to the sea",
    "東京 は 日本 の 首都 です",
    "мир и война в большом городе",
    "कविता और संगीत हर शाम",
    "rivers flow past cities and don't stop",
]
UNKNOWN = ["riverside", "Zürcher", "東京都", "мирный", "संगीतकार", "a", "x" * 40]

failed = 0


def check(name, found, expected):
    """Fails unless the vectors are the same to 1e-5."""
    global failed
    difference = float(np.abs(np.asarray(found) - np.asarray(expected)).max())
    passed = difference < 1e-5
    failed += not passed
    print(f"  {'passed' if passed else 'FAILED'}: {name}, largest difference {difference:.1e}")


def vectors(path, words):
    """What wordtool says of the words."""
    done = subprocess.run(
        [TOOL, "vector", "-v", path, *words], capture_output=True, text=True, check=True, cwd=FOLDER
    )
    return [[float(x) for x in line.split("\t")[1:]] for line in done.stdout.splitlines()]


(FOLDER / "text").write_text("\n".join(LINES * 40) + "\n")
for lengths in ["3-6", "1-3", "2-2", "5-7"]:
    for kind in [[], ["--model", "cbow"], ["--loss", "hs"]]:
        command = ["train-embeddings", "text", "--tokenizer", "whitespace", "--no-lowercase",
                   "--subwords", lengths, "--dim", "13", "--epochs", "3", "-q", *kind]  # fmt: skip
        for path in ("own.safetensors", "model.bin"):
            subprocess.run([TOOL, *command, "-o", path], check=True, cwd=FOLDER, capture_output=True)
        subprocess.run([TOOL, "convert", "own.safetensors", "converted.bin", "--format",
                        "fasttext-model"], check=True, cwd=FOLDER, capture_output=True)  # fmt: skip
        for path in ("model.bin", "converted.bin"):
            model = fasttext.load_model(str(FOLDER / path))
            # fastText's vector of a word that is too short for any n-gram is zero; here it has none.
            words = [word for word in model.get_words() + UNKNOWN if model.get_word_vector(word).any()]
            ours = vectors("own.safetensors", words)
            name = f"{path}, {lengths} {' '.join(kind)}"
            check(f"fastText reads {name}", [model.get_word_vector(word) for word in words], ours)
            keyed = load_facebook_vectors(str(FOLDER / path))
            check(f"gensim reads {name}", [keyed[word] for word in words], ours)
            load_facebook_model(str(FOLDER / path))
            check(f"wordtool reads {name}", vectors(path, words), ours)
sys.exit(1 if failed else 0)
