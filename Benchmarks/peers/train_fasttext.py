"""Trains word vectors with fastText's Python module, from text to model file.

What is timed ends with the module's own model file, which the C++ code writes. With --vectors a
word2vec text file is written after it, for the evaluation; that takes Python minutes, and is not
to be timed.
"""

import argparse

import fasttext

parser = argparse.ArgumentParser()
parser.add_argument("text")
parser.add_argument("output")
parser.add_argument("--model", choices=["skipgram", "cbow"], required=True)
parser.add_argument("--loss", choices=["ns", "hs"], required=True)
for name in ("shortest", "longest", "buckets"):
    parser.add_argument("--" + name, type=int, required=True)
for name in ("dim", "window", "negative", "min-count", "epochs", "threads", "seed"):
    parser.add_argument("--" + name, type=int, required=True)
parser.add_argument("--sample", type=float, required=True)
parser.add_argument("--lr", type=float, required=True)
parser.add_argument("--vectors", help="a word2vec text file to write as well")
options = parser.parse_args()

model = fasttext.train_unsupervised(
    options.text,
    model=options.model,
    loss=options.loss,
    minn=options.shortest,
    maxn=options.longest,
    bucket=options.buckets,
    dim=options.dim,
    ws=options.window,
    neg=options.negative,
    t=options.sample,
    minCount=options.min_count,
    lr=options.lr,
    epoch=options.epochs,
    thread=options.threads,
    verbose=0,
)
model.save_model(options.output)

if options.vectors:
    words = model.get_words()
    with open(options.vectors, "w", encoding="utf-8") as file:
        file.write(f"{len(words)} {options.dim}\n")
        for word in words:
            file.write(word + " " + " ".join(f"{x:.6g}" for x in model.get_word_vector(word)) + "\n")
