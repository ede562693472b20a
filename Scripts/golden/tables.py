#!/usr/bin/env python3
"""Makes tables of vectors with lists of words that Tests/Word2VecTests reads: NumPy's, safetensors'
and the Embedding Projector's, and what gensim says of the same vectors.

    pip install numpy==2.4.6 safetensors==0.8.0 ml_dtypes==0.6.0 gensim==4.4.0
    Scripts/golden/tables.py Tests/Word2VecTests/Fixtures
"""
import json
import pathlib
import sys
import tempfile

import numpy as np
from gensim.models import KeyedVectors
from gensim.scripts.word2vec2tensor import word2vec2tensor
from ml_dtypes import bfloat16
from numpy.lib import format as npy
from safetensors.numpy import save_file

WORDS = """the of river mountain sea walk straße häuser дом река море 東京 日本 京都 café naïve
    1984 -1.5 don't [PAD] new_york x""".split() + ["new york", "ein Haus"]
DIMENSION = 6


def main():
    target = pathlib.Path(sys.argv[1])
    folder = target / "tables"
    folder.mkdir(exist_ok=True)
    vectors = np.random.default_rng(20160909).standard_normal((len(WORDS), DIMENSION)).astype("f4")
    lines = "".join(word + "\n" for word in WORDS)

    def save(name, array, version=None, words=True):
        with open(folder / name, "wb") as file:
            npy.write_array(file, array, version=version)
        if words:
            (folder / name).with_suffix(".words").write_text(lines, encoding="utf-8")

    save("float32.npy", vectors)
    save("float16.npy", vectors.astype("f2"))
    save("float64.npy", vectors.astype("f8"))
    save("int8.npy", np.rint(vectors * 40).clip(-127, 127).astype("i1"))
    save("fortran.npy", np.asfortranarray(vectors))
    save("big-endian.npy", vectors.astype(">f4"))
    save("version2.npy", vectors, version=(2, 0))
    save("version3.npy", vectors, version=(3, 0))
    np.savez(folder / "words.npz", words=np.array(WORDS), vectors=vectors)
    np.savez_compressed(
        folder / "packed.npz", arr_0=vectors, arr_1=np.array([w.encode() for w in WORDS]))

    names = {"F16": vectors.astype("f2"), "F64": vectors.astype("f8")}
    save_file({"embedding.weight": vectors, "bias": vectors[0]}, folder / "F32.safetensors")
    for name, array in names.items():
        save_file({"embeddings": array}, folder / f"{name}.safetensors", {"words": json.dumps(WORDS)})
    save_file({"vectors": vectors.astype(bfloat16)}, folder / "BF16.safetensors", {"words": lines})
    scales = (np.abs(vectors).max(axis=1) / 127).astype("f4")
    save_file(
        {"embeddings": np.rint(vectors / scales[:, None]).astype("i1"), "scales": scales},
        folder / "I8.safetensors", {"vocab": json.dumps({w: i for i, w in enumerate(WORDS)})})
    vocabulary = {w: i for i, w in enumerate(WORDS)}
    (folder / "F32.json").write_text(json.dumps({"model": {"type": "WordPiece", "vocab": vocabulary}}))

    keyed = KeyedVectors(DIMENSION)
    # The script parts lines at blanks, as all of word2vec's text does.
    plain = [w.replace(" ", "_") if w != "new york" else "york" for w in WORDS]
    keyed.add_vectors(plain, vectors)
    with tempfile.TemporaryDirectory() as scratch:
        path = pathlib.Path(scratch, "v.txt")
        keyed.save_word2vec_format(str(path), sort_attr=None)
        word2vec2tensor(str(path), str(folder / "gensim"))
    table = "".join("\t".join(str(x) for x in row) + "\n" for row in vectors)
    for name, head, line in [
        ("columns", "part\tcount\tWord\n", "noun\t{count}\t{word}\n"), ("headless", "", "{word}\tx\n"),
    ]:
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "vectors.tsv").write_text(table)
        (folder / name / "metadata.tsv").write_text(head + "".join(
            line.format(word=w, count=100 - i) for i, w in enumerate(WORDS)), encoding="utf-8")

    keyed = KeyedVectors(DIMENSION)
    keyed.add_vectors(WORDS, vectors)
    golden = {
        "words": WORDS,
        "plain": plain,
        "vectors": [[float(x) for x in row] for row in vectors],
        "float16": [[float(x) for x in row] for row in vectors.astype("f2")],
        "bfloat16": [
            [float(x) for x in row]
            for row in vectors.astype(bfloat16).astype("f4")
        ],
        "int8": [[float(x) for x in row]
                 for row in np.rint(vectors * 40).clip(-127, 127).astype("i1")],
        "scaled": [[float(x) for x in row]
                   for row in np.rint(vectors / scales[:, None]).astype("f4") * scales[:, None]],
        "neighbors": {w: [[n, float(s)] for n, s in keyed.most_similar(w, topn=10)]
                      for w in ["river", "東京", "new york"]},
    }
    (target / "tables.json").write_text(json.dumps(golden, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
