#!/usr/bin/env python3
"""Makes the fastText models that Tests/Word2VecTests reads, and what fastText says of them.

    pip install fasttext-wheel==0.9.2
    Scripts/golden/fasttext_models.py Tests/Word2VecTests/Fixtures

The text is drawn from a handful of words in four scripts. Trained with one thread, fastText gives
the same model again.
"""
import json
import pathlib
import random
import sys
import tempfile

import fasttext

WORDS = """the a of river rivers riverbank mountain mountains sea seas seaside walk walking walked
    straße häuser haus река реки море моря 東京 日本 京都 café cafés naïve""".split()
UNKNOWN = ["riverside", "mountainous", "straßen", "рекой", "東京都", "x", "é", "seasides", "</s>"]


def text(count, labels):
    draw = random.Random(7)
    lines = []
    for _ in range(count):
        words = draw.choices(WORDS, k=8)
        label = "__label__east " if "東京" in words or "река" in words else "__label__west "
        lines.append((label if labels else "") + " ".join(words))
    return "\n".join(lines) + "\n"


def main():
    target = pathlib.Path(sys.argv[1])
    golden = {}
    with tempfile.TemporaryDirectory() as folder:
        plain, labelled = pathlib.Path(folder, "plain"), pathlib.Path(folder, "labelled")
        plain.write_text(text(400, False))
        labelled.write_text(text(800, True))
        common = {"dim": 10, "thread": 1, "verbose": 0, "minCount": 1}
        models = {
            "fasttext-skipgram.bin": fasttext.train_unsupervised(
                str(plain), model="skipgram", bucket=300, epoch=3, **common),
            "fasttext-words.bin": fasttext.train_unsupervised(
                str(plain), model="cbow", maxn=0, epoch=3, **common),
            "fasttext-supervised.bin": fasttext.train_supervised(
                str(labelled), bucket=300, minn=2, maxn=4, wordNgrams=2, **common),
        }
        for name, options in {
            "fasttext-quantized.ftz": {"qnorm": True, "dsub": 3},
            "fasttext-pruned.ftz": {"cutoff": 280, "retrain": True, "input": str(labelled)},
        }.items():
            model = fasttext.train_supervised(
                str(labelled), bucket=500, minn=2, maxn=4, wordNgrams=1, **common)
            model.quantize(thread=1, verbose=0, **options)
            models[name] = model
        for name, model in models.items():
            model.save_model(str(target / name))
            words = model.get_words()
            golden[name] = {
                "words": words,
                "vectors": {
                    word: [float(x) for x in model.get_word_vector(word)]
                    for word in words + UNKNOWN
                },
            }
    (target / "fasttext-models.json").write_text(
        json.dumps(golden, ensure_ascii=False, indent=0, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
