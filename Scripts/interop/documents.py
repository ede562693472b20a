"""Has gensim and NumPy read the vectors of documents that wordtool trains: see ../interop.sh.

documents.py WORDTOOL FOLDER; FOLDER is scratch space. Exits 1 when a check fails.
"""

import json
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
from gensim.models import Doc2Vec, KeyedVectors
from gensim.models.doc2vec import TaggedDocument
from safetensors.numpy import load_file

from checks import TOOL, check, finish

FOLDER = Path(sys.argv[2]) / "documents"
FOLDER.mkdir(exist_ok=True)
DRAW = random.Random(5)
TOPICS = [[f"{topic}{number}" for number in range(12)] for topic in ("sea", "sky", "wood")]
TEXTS = [[DRAW.choice(TOPICS[number % 3]) for _ in range(30)] for number in range(150)]
DIMENSION = 16


def wordtool(*arguments):
    """Runs wordtool; its standard output."""
    done = subprocess.run([TOOL, *map(str, arguments)], capture_output=True, cwd=FOLDER, check=True)
    return done.stdout.decode()


def inferred_by_gensim(text, tensors, words):
    """gensim's vector of a text, by the output rows of our model."""
    model = Doc2Vec(dm=0, vector_size=DIMENSION, min_count=1, sample=0, negative=5, epochs=200, seed=1)
    model.build_vocab([TaggedDocument(words, ["all"])])
    for row, word in enumerate(words):
        model.syn1neg[model.wv.key_to_index[word]] = tensors["output.words"][row]
    return model.infer_vector(text)


def cosine(a, b):
    return float(np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b)))


def interop():
    (FOLDER / "texts").write_text("".join(" ".join(text) + "\n" for text in TEXTS))
    for model in ("pv-dbow", "pv-dm"):
        wordtool("train-embeddings", "texts", "--model", model, "--tokenizer", "whitespace", "--dim", DIMENSION,
                 "--epochs", 40, "--sample", 0, "--min-count", 1, "-q", "-o", f"{model}.docs")
        for suffix, binary in (("bin", True), ("vec", False)):
            wordtool("convert", "--documents", f"{model}.docs", f"{model}.{suffix}")
            vectors = KeyedVectors.load_word2vec_format(FOLDER / f"{model}.{suffix}", binary=binary)
            answer = json.loads(wordtool("nearest-documents", f"{model}.docs", "--document", 7, "-k", 5, "--json"))
            for ours, (name, similarity) in zip(answer["neighbors"], vectors.most_similar("7", topn=5)):
                if ours["document"] != name or abs(ours["similarity"] - similarity) > 1e-5:
                    raise AssertionError(f"{ours}, gensim has {name} {similarity}")
        wordtool("convert", "--documents", f"{model}.docs", f"{model}.npy")
        tensors = load_file(FOLDER / f"{model}.docs")
        if not np.array_equal(np.load(FOLDER / f"{model}.npy"), tensors["documents"]):
            raise AssertionError("the array has other values than the model")

    tensors = load_file(FOLDER / "pv-dbow.docs")
    offsets, text = tensors["vocabulary.offsets"], tensors["vocabulary.bytes"].tobytes()
    words = [text[a:b].decode() for a, b in zip(offsets, offsets[1:])]
    cosines = []
    for number in (0, 1, 2):
        ours = json.loads(wordtool("document-vector", "pv-dbow.docs", " ".join(TEXTS[number]), "--json",
                                   "--epochs", 200))["vector"]
        cosines.append(cosine(ours, inferred_by_gensim(TEXTS[number], tensors, words)))
    if min(cosines) < 0.95:
        raise AssertionError(f"the cosine to gensim's inferred vector is {min(cosines):.3f}")
    return f"cosines to gensim's inferred vectors {min(cosines):.4f} and above"


check("vectors of documents, in gensim and NumPy", interop)
finish()
