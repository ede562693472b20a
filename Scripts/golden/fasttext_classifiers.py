#!/usr/bin/env python3
"""Makes the supervised fastText models that Tests/SeqModelsTests reads, and what fastText answers.

    pip install fasttext-wheel==0.9.2
    Scripts/golden/fasttext_classifiers.py Tests/SeqModelsTests/Fixtures

The text is drawn from a handful of words in several scripts. Trained with one thread, fastText gives
the same model again.
"""
import json
import pathlib
import random
import sys
import tempfile

import fasttext

TOPICS = {
    "water": "river rivers riverbank sea seas seaside море моря".split(),
    "hills": "mountain mountains mountainside häuser haus café".split(),
    "city": "東京 日本 京都 street streets walking walked".split(),
    "rare-label": "naïve cafés walk".split(),
}
COMMON = "the a of and in".split()
TEXTS = [
    "the river", "mountains of the sea", "東京 street", "riverside mountainous", "naïve naïve walk",
    "", "unheard", "the\u00a0river", "a\tb  seas", "the </s> river", "__label__water street",
    "__label__nowhere sea", "walking walked walks the streets of 京都 and 東京", "x",
]  # fmt: skip
MODELS = {
    "softmax.bin": ({"wordNgrams": 3, "minn": 2, "maxn": 3, "bucket": 120}, None),
    "words.bin": ({}, None),
    "hs.bin": ({"loss": "hs", "wordNgrams": 2, "bucket": 90}, None),
    "ns.bin": ({"loss": "ns", "minn": 1, "maxn": 2, "bucket": 90}, None),
    "ova.bin": ({"loss": "ova", "wordNgrams": 2, "bucket": 90, "lr": 2.0}, None),
    "softmax.ftz": ({"wordNgrams": 2, "minn": 2, "maxn": 3, "bucket": 400}, {"qnorm": True}),
    "hs-pruned.ftz": ({"loss": "hs", "wordNgrams": 2, "minn": 2, "maxn": 3, "bucket": 400},
                      {"cutoff": 260, "dsub": 3}),
    "pruned-words.ftz": ({"wordNgrams": 2, "bucket": 400}, {"cutoff": 256}),
}  # fmt: skip


def lines():
    draw = random.Random(7)
    for _ in range(600):
        label = draw.choices(list(TOPICS), weights=[5, 4, 3, 1])[0]
        words = draw.choices(TOPICS[label] + COMMON, k=draw.randint(1, 9))
        second = " __label__city" if "walked" in words else ""
        yield f"__label__{label}{second} {' '.join(words)}\n"


def main():
    target = pathlib.Path(sys.argv[1])
    golden = {"texts": TEXTS, "answers": {}}
    with tempfile.TemporaryDirectory() as folder:
        text = pathlib.Path(folder, "text")
        text.write_text("".join(lines()), encoding="utf-8")
        for name, (options, codes) in MODELS.items():
            model = fasttext.train_supervised(
                str(text), **{"dim": 5, "thread": 1, "verbose": 0, "minCount": 1, "epoch": 6, **options})
            if codes is not None:
                model.quantize(thread=1, verbose=0, **codes)
            model.save_model(str(target / f"fasttext-{name}"))
            golden["answers"][name] = [
                [[label, p] for p, label in model.f.predict(text + "\n", 4, 0.0, "strict")]
                for text in TEXTS
            ]
    (target / "fasttext-classifiers.json").write_text(
        json.dumps(golden, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
