#!/usr/bin/env python3
"""Makes the files of finalfusion, floret and spaCy that Tests/Word2VecTests reads, and what these tools
say of them.

    pip install finalfusion==0.7.1 floret==0.10.5 spacy==3.8.18 numpy==2.4.6
    Scripts/golden/subword_files.py Tests/Word2VecTests/Fixtures

finalfusion's Python package has no floret vocabularies: that file is written from the layout, with
floret's own table and answers. floret starts a tenth of its table at random for each thread, and
stays near one line when the rest is zero: its model is trained with twelve, and no other run gives
the same again.
"""
import json
import pathlib
import random
import struct
import sys
import tempfile

import finalfusion
import floret
import numpy as np
import spacy
from finalfusion.metadata import Metadata
from finalfusion.norms import Norms
from finalfusion.storage import NdArray, QuantizedArray
from finalfusion.storage.quantized import PQ
from finalfusion.subword import ExplicitIndexer, FastTextIndexer, FinalfusionHashIndexer
from finalfusion.vocab import ExplicitVocab, FastTextVocab, FinalfusionBucketVocab, SimpleVocab
from spacy.vectors import Mode, Vectors
from spacy.vocab import Vocab

WORDS = """the a of river rivers riverbank mountain mountains sea seas seaside walk walking walked
    straße häuser haus река реки море моря 東京 日本 京都 café naïve""".split() + ["new york"]
UNKNOWN = ["riverside", "mountainous", "straßen", "рекой", "東京都", "x", "é", "seasides", "</s>", "a b"]
DIMENSION = 6


def floats(values):
    return [float(x) for x in values]


def finalfusions(folder, golden, draw):
    def rows(count):
        matrix = draw.standard_normal((count, DIMENSION)).astype("f4")
        lengths = np.linalg.norm(matrix, axis=1)
        return matrix / lengths[:, None], lengths

    def save(name, vocabulary, storage, lengths=None):
        norms = None if lengths is None else Norms(lengths.astype("f4"))
        metadata = Metadata({"common_config": {"dims": DIMENSION}}) if name == "simple.fifu" else None
        embeddings = finalfusion.Embeddings(storage, vocabulary, norms, metadata)
        embeddings.write(str(folder / name))
        embeddings = finalfusion.load_finalfusion(str(folder / name))
        golden["finalfusion/" + name] = {
            "words": vocabulary.words,
            "vectors": {
                word: floats(vector) for word in vocabulary.words + UNKNOWN
                if (vector := embeddings.embedding(word)) is not None
            },
            "neighbors": {
                word: [[near.word, float(near.similarity)]
                       for near in embeddings.word_similarity(word, k=10)]
                # finalfusion looks for no neighbours among quantized rows.
                for word in ["river", "東京", "seas"] if isinstance(storage, NdArray)
            },
        }

    matrix, lengths = rows(len(WORDS))
    save("simple.fifu", SimpleVocab(WORDS), NdArray(matrix), lengths)
    matrix, lengths = rows(len(WORDS) + 64)
    bucket = FinalfusionBucketVocab(WORDS, FinalfusionHashIndexer(6, 3, 6))
    save("bucket.fifu", bucket, NdArray(matrix), lengths[:len(WORDS)])
    matrix, lengths = rows(len(WORDS) + 50)
    fasttext = FastTextVocab(WORDS, FastTextIndexer(50, 2, 5))
    save("fasttext.fifu", fasttext, NdArray(matrix), lengths[:len(WORDS)])
    ngrams = sorted({n for word in WORDS for n in bucket.subwords(word)})[::3]
    # Two n-grams may share a row.
    places = {n: i // 2 for i, n in enumerate(ngrams)}
    explicit = ExplicitVocab(WORDS, ExplicitIndexer(ngrams, 3, 6, places))
    matrix, lengths = rows(len(WORDS) + len(set(places.values())))
    save("explicit.fifu", explicit, NdArray(matrix), lengths[:len(WORDS)])
    for name, projected in [("pq.fifu", False), ("opq.fifu", True)]:
        centroids = draw.standard_normal((3, 16, 2)).astype("f4")
        projection = np.linalg.qr(draw.standard_normal((6, 6)))[0].astype("f4") if projected else None
        count = len(WORDS) + (64 if projected else 0)
        codes = draw.integers(0, 16, (count, 3), dtype="u1")
        quantized = PQ(centroids, projection)
        lengths = None if projected else (1 / np.linalg.norm(
            quantized.reconstruct(codes), axis=1)).astype("f4")
        save(name, bucket if projected else SimpleVocab(WORDS), QuantizedArray(quantized, codes, lengths))


def florets(folder, golden):
    with tempfile.TemporaryDirectory() as scratch:
        text = pathlib.Path(scratch, "text")
        chooser = random.Random(7)
        text.write_text("".join(
            " ".join(chooser.choices(WORDS[:-1], k=8)) + "\n" for _ in range(400)), encoding="utf-8")
        model = floret.train_unsupervised(
            str(text), model="skipgram", mode="floret", dim=DIMENSION, minCount=1, minn=2, maxn=4,
            bucket=60, hashCount=2, epoch=1, thread=12, verbose=0)
        plain = floret.train_unsupervised(
            str(text), model="cbow", mode="fasttext", dim=DIMENSION, minCount=1, minn=2, maxn=4,
            bucket=60, epoch=3, thread=1, verbose=0)
    for name, made in [("floret.bin", model), ("fasttext-mode.bin", plain)]:
        made.save_model(str(folder / name))
        made = floret.load_model(str(folder / name))
        words = made.get_words()
        golden["floret/" + name] = {
            "words": words,
            "vectors": {w: floats(made.get_word_vector(w)) for w in words + UNKNOWN},
        }
    model.save_floret_vectors(str(folder / "table.floret"))
    lines = (folder / "table.floret").read_text(encoding="utf-8").splitlines()
    table = np.array([[float(x) for x in line.split()[1:]] for line in lines[1:]], dtype="f4")

    # spaCy reads the table as floret's is meant, the first word of the vocabulary as all others.
    vocabulary = Vocab()
    vocabulary.vectors = Vectors(
        strings=vocabulary.strings, mode=Mode.floret, data=table, minn=2, maxn=4, hash_count=2,
        hash_seed=2166136261, bow="<", eow=">")
    words = [w for w in WORDS + UNKNOWN if w != "</s>"]
    answers = {"words": [], "vectors": {w: floats(vocabulary.get_vector(w)) for w in words}}
    golden["floret/table.floret"] = answers
    (folder / "spacy").mkdir(exist_ok=True)
    vocabulary.to_disk(str(folder / "spacy" / "vocab"), exclude=["lookups"])
    golden["floret/spacy"] = answers

    strings = b"".join(struct.pack("<I", 1) + mark for mark in [b"<", b">"])
    vocab = struct.pack("<IIQII", 2, 4, len(table), 2, 2166136261) + strings
    with open(folder / "table.fifu", "wb") as file:
        file.write(b"FiFu" + struct.pack("<IIII", 0, 2, 9, 2))
        file.write(struct.pack("<IQ", 9, len(vocab)) + vocab)
        file.write(struct.pack("<I", 2))
        padding = 4 - file.tell() % 4
        file.write(struct.pack("<QQII", 16 + padding + table.nbytes, *table.shape, 10))
        file.write(bytes(padding) + table.tobytes())
    golden["floret/table.fifu"] = {
        "words": [],
        "vectors": {w: floats(np.array(v) / np.linalg.norm(v))
                    for w, v in answers["vectors"].items()},
    }


def spacys(folder, golden, draw):
    # Words that spaCy numbers instead of hashing, and words that share a row.
    words = WORDS[:-1] + ["prep", "X", "_", "ROOT"]
    vocabulary = Vocab()
    matrix = draw.standard_normal((len(words), DIMENSION)).astype("f4")
    for word, row in zip(words, matrix):
        vocabulary.set_vector(word, row)
    vocabulary.vectors.add("copy", row=3)
    vocabulary.strings.add("copy")
    vocabulary.strings.add("without vector")
    vocabulary.to_disk(str(folder / "vocab"), exclude=["lookups"])
    spacy.blank("en").vocab.from_disk(str(folder / "vocab"))
    ordered = words[:4] + ["copy"] + words[4:]
    golden["spacy"] = {
        "words": ordered,
        "vectors": {w: floats(vocabulary.get_vector(w)) for w in ordered},
    }


def main():
    target = pathlib.Path(sys.argv[1])
    golden, draw = {}, np.random.default_rng(20190101)
    for name in ["finalfusion", "floret", "spacy"]:
        (target / name).mkdir(exist_ok=True)
    finalfusions(target / "finalfusion", golden, draw)
    florets(target / "floret", golden)
    spacys(target / "spacy", golden, draw)
    (target / "subwords.json").write_text(json.dumps(golden, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
