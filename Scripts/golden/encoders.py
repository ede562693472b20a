#!/usr/bin/env python3
"""Makes the fixtures of the encoder and subword tests: what scikit-learn and the Hugging Face
tokenizers make of a few texts.

Usage: python3 Scripts/golden/encoders.py Tests/EncodersTests/Fixtures Tests/SubwordTests/Fixtures
"""

import json
import platform
import sys
from pathlib import Path

import numpy as np
import scipy
import scipy.sparse
import sklearn
import tokenizers
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.preprocessing import OneHotEncoder
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

encoders, subword = Path(sys.argv[1]), Path(sys.argv[2])
header = {
    "made by": "Scripts/golden/encoders.py",
    "versions": {
        "Python": platform.python_version(), "NumPy": np.__version__, "SciPy": scipy.__version__,
        "scikit-learn": sklearn.__version__, "tokenizers": tokenizers.__version__,
    },
}

texts = [
    "The food was good, not bad at all.",
    "The food was bad, not good at all!",
    "A naïve CAFÉ in Zürich;  two\u00a0spaces, x_1 and 3.14",
    "ΟΔΟΣ ΣΑΣ ΑΣ' Σ — İstanbul ǅ STRASSE straße",
    "東京タワー に 行きました 2024年",
    "हिन्दी में लिखा ½ ² Ⅷ",
    "it's don't I'm we'll",
    "tab\there, line\u2028end and\u0085next",
    "bad bad bad food",
    "",
]


def rows(matrix):
    matrix = scipy.sparse.csr_matrix(matrix).sorted_indices()
    return {
        "shape": list(matrix.shape), "offsets": matrix.indptr.tolist(),
        "columns": matrix.indices.tolist(), "values": [float(v) for v in matrix.data],
    }


def case(vectorizer, options):
    matrix = vectorizer.fit_transform(texts)
    found = {"options": options, "rows": rows(matrix)}
    if hasattr(vectorizer, "vocabulary_"):
        found["names"] = list(vectorizer.get_feature_names_out())
    return found


bags = [
    case(CountVectorizer(**options), options)
    for options in [
        {}, {"binary": True, "min_df": 2}, {"max_df": 0.25, "ngram_range": (1, 2)},
        {"lowercase": False, "stop_words": ["the", "The", "at"]}, {"max_features": 2},
        {"analyzer": "char", "ngram_range": (1, 3)}, {"analyzer": "char_wb", "ngram_range": (2, 6)},
        {"ngram_range": (2, 3), "min_df": 2, "max_df": 8},
    ]
]
weighted = [
    case(TfidfVectorizer(norm=norm, use_idf=idf, smooth_idf=smooth, sublinear_tf=sublinear),
         {"norm": norm or "none", "use_idf": idf, "smooth_idf": smooth, "sublinear_tf": sublinear})
    for norm in ["l1", "l2", None] for idf in [True, False] for smooth in [True, False]
    for sublinear in [True, False]
]
hashed = [
    case(HashingVectorizer(n_features=n, alternate_sign=sign, norm=norm, binary=binary),
         {"n_features": n, "alternate_sign": sign, "norm": norm or "none", "binary": binary})
    for n, sign, norm, binary in [
        (1 << 20, True, "l2", False), (8, True, None, False), (8, False, "l1", False),
        (5, True, None, True),
    ]
]

table = [["b", "x"], ["a", "y"], ["c", "x"], ["a", "z"], ["é", "x"], ["b", "x"], ["a", "w"]]
new = [["a", "x"], ["b", "q"], ["é", "w"]]
one_hots = []
for options in [
    {}, {"handle_unknown": "ignore"}, {"min_frequency": 2, "handle_unknown": "infrequent_if_exist"},
    {"max_categories": 2, "handle_unknown": "infrequent_if_exist"},
    {"min_frequency": 0.25, "max_categories": 3, "handle_unknown": "infrequent_if_exist"},
]:
    encoder = OneHotEncoder(**options)
    fitted = encoder.fit_transform(np.array(table, dtype=object))
    found = {"options": options, "rows": rows(fitted),
             "names": list(encoder.get_feature_names_out()),
             "inverse": encoder.inverse_transform(fitted).tolist()}
    if options:
        found["new"] = rows(encoder.transform(np.array(new, dtype=object)))
        found["newInverse"] = encoder.inverse_transform(
            encoder.transform(np.array(new, dtype=object))).tolist()
    one_hots.append(found)

encoders.mkdir(parents=True, exist_ok=True)
(encoders / "scikit-learn.json").write_text(json.dumps(
    header | {"texts": texts, "bags": bags, "tfidf": weighted, "hashing": hashed, "table": table,
              "newRows": new, "oneHot": one_hots}, ensure_ascii=True), encoding="utf-8")

matrix = CountVectorizer().fit_transform(texts).astype(np.float64)
matrix.sort_indices()
scipy.sparse.save_npz(encoders / "scipy.npz", matrix, compressed=False)
np.save(encoders / "numpy.npy", matrix.toarray())

lines = [text + "\n" for text in texts] + [
    "the food was good the food was bad the foods were better than the food before\n" * 3,
    "  leading spaces\n", "tabs\t\tand  double   spaces \n", "1234 567 89,000 x2\n", "aaaaaaaaaaaa\n",
]
tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.train_from_iterator(lines, trainers.BpeTrainer(
    vocab_size=320, min_frequency=2, special_tokens=["<|endoftext|>", "<pad>"],
    initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
subword.mkdir(parents=True, exist_ok=True)
tokenizer.save(str(subword / "tokenizer.json"))
samples = lines + ["good<|endoftext|>food <pad><pad>", "'s 's's ''ll I'LL we'll  \u3000x \n\n y",
                   "\u00a0a\u00a0\u00a0b 12½Ⅷ³ a\u0301e", "", " ", "😀👍🏽 ok"]
(subword / "huggingface.json").write_text(json.dumps(
    header | {"training": lines, "samples": [
        {"text": text, "ids": tokenizer.encode(text).ids} for text in samples]},
    ensure_ascii=True), encoding="utf-8")
