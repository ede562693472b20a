import Libc
import TestSupport
import Testing

import wordtool

/// Options do something, or are refused.
@Suite struct OptionEffectTests {
  /// What each command is given that needs something.
  static let needed: [String: [String]] = [
    "train-lm": ["text", "-o", "m"], "train-classifier": ["text", "-o", "m"],
    "train-tagger": ["text", "-o", "m"], "perplexity": ["m", "text"], "generate": ["m"],
    "export-onnx": ["m", "-o", "m.onnx"], "gradient-flow": ["text"], "classify": ["m"],
    "inspect": ["m", "--text", "a"],
    "quantize": ["m", "-o", "m.ftz"], "tag": ["m"], "nearest": ["a"], "analogy": ["a", "b", "c"],
    "similarity": ["a", "b"], "rank": ["a", "b"], "odd-one-out": ["a", "b", "c"], "vector": ["a"],
    "ngrams": ["a"],
    "evaluate analogies": ["f"], "evaluate similarity": ["f"],
    "evaluate classification": ["m", "f"], "evaluate tagging": ["m", "f"],
    "convert": ["in.vec", "out.bin"], "compress": ["in.vec", "-o", "out", "--most", "9"],
    "index": ["in.vec"],
    "bpe encode": ["-m", "t.json"],
    "bpe decode": ["-m", "t.json"], "corpus make": ["atlas"],
    "corpus get": ["mnist"], "corpus verify": ["mnist"], "image show": ["i"],
    "image filter": ["i", "--kernel", "edge", "-o", "p.png"],
    "image augment": ["i", "-o", "p.png"],
    "image whiten": ["i", "-o", "p.png"], "image describe": ["lenet-5"],
    "image time": ["lenet-5"], "image train": ["d", "-o", "m"], "image classify": ["m", "i"],
    "image features": ["m", "i", "-o", "p.png"], "abc check": ["f"], "abc midi": ["f", "-o", "m"],
    "abc list": ["f"], "document-vector": ["m", "a"], "nearest-documents": ["m", "a"],
    "sentence-vector": ["a"], "nearest-sentences": ["f", "a"],
    "wmd": ["a", "b"], "align": ["a", "b", "-o", "c.vec"], "compare": ["a", "b"],
    "evaluate weat": ["f"], "explore": ["-o", "p.html"], "closer": ["a", "b"],
    "axes": ["a", "--axis", "b:c"],
  ]

  /// Options that decide which others have an effect.
  static let choices: [String: [[String]]] = [
    "train-lm": [["--embeddings", "v"], ["--valid", "v"]],
    "train-classifier": [
      ["--embeddings", "v", "--model", "lstm"], ["--format", "fasttext"],
      ["-o", "m.bin", "--model", "fasttext"], ["-o", "m.ftz", "--model", "fasttext"],
      ["--model", "fasttext", "--autotune", "f"],
      ["--valid", "f"], ["--loss", "squared-hinge"], ["--model", "fasttext", "--loss", "ova"],
    ],
    "train-tagger": [["--embeddings", "v"]], "quantize": [["--retrain", "f"]],
    "train-embeddings": [
      ["--autotune", "f"],
      ["-o", "v.vec"], ["--tokenizer", "whitespace"], ["--vocab", "f"], ["--loss", "hs"],
      ["--loss", "hs+ns"], ["--subwords", "2-4"], ["--subwords", "2-4", "--hash-count", "2"],
      ["text", "-o", "m", "--model", "pv-dbow"],
      ["text", "-o", "m", "--model", "pv-dbow", "--dbow-words"],
      ["text", "-o", "m", "--model", "pv-dm", "--documents", "rows"],
      ["text", "-o", "m", "--model", "pv-dm", "--documents", "lines"],
    ],
    "classify": [["--text", "a"]], "tag": [["--text", "a"]],
    "convert": [["--documents"]], "tokenize": [["--tokenizer", "whitespace"]],
    "phrases": [["--list"], ["--load", "f"]],
    "encode one-hot": [["--table"], ["--load", "f"]],
    "encode bag-of-words": [["--load", "f"], ["--vocabulary", "f"]],
    "encode tf-idf": [["--load", "f"], ["--load-weights", "f"], ["--no-idf"]],
    "encode window": [["--big"]],
    "evaluate classification": [["--confusion"], ["-o", "c.svg"], ["--json"]],
    "evaluate tagging": [["--confusion"], ["-o", "c.svg"], ["--json"]],
    "generate": [["--greedy"], ["--beam", "2"]],
    "gradient-flow": [["--model", "m"], ["--cells", "gru"]],
    "image whiten": [["--load", "f"], ["--explain"]], "image show": [["--json"]],
    "image classify": [["--index", "1"]],
    "image filter": [["--explain"], ["--kernel", "all"]],
    "sentence-vector": [["--method", "sif"]], "nearest-sentences": [["--method", "sif"]],
    "align": [["--translate", "a"], ["--test", "f"], ["--pairs", "f"]], "compare": [["a"]],
    "compress": [["--pq", "2"]], "nearest": [["--approximate"]],
    "serve": [
      ["--no-page"], ["--sentences", "f"], ["--sentences", "f", "--sentence-method", "sif"],
    ],
    "cluster": [["a"], ["--style", "table"]], "explore": [["--method", "pca"]],
    "plot": [
      ["-o", "m.svg"], ["a"], ["--top", "9"], ["--method", "pca"], ["--method", "tsne"],
      ["--method", "umap"], ["a", "--one-hot"], ["--metrics", "j"],
      ["--metrics", "j", "-o", "m.svg"],
      ["--x", "a:b", "--y", "c:d"],
    ],
  ]

  /// A value that is not the default, where the first of those that can be named is not one.
  static let values: [String: String] = [
    "delimiter": ";", "include": "*.txt", "exclude": "*.md", "word-column": "2", "tag-column": "3",
    "across": "3", "autotune": "f", "autotune-trials": "3", "autotune-time": "9",
    "autotune-work": "9",
    "char-ngrams": "2-3",
    "autotune-metric": "macro-f1",
    "augment": "cutout=3", "average-after": "1", "batch": "3", "beam": "2",
    "column": "f",
    "bptt": "5", "buckets": "64", "checkpoint": "c", "checkpoint-every": "9", "class": "0",
    "class-weights": "balanced", "clip": "0.3", "clip-value": "0.01", "columns": "16",
    "catalogue": "c.json", "constant": "0.5", "context": "text", "corpus-name": "x", "cost": "3",
    "cutoff": "0.1", "curves": "accuracy", "cutoff n": "9",
    "cutoffs": "3,9", "decay": "3", "decay-after": "1", "decay-epochs": "1", "dense-limit": "1M",
    "dim": "7",
    "distances": "3", "dropout": "0.4", "dropout-input": "0.4", "dropout-output": "0.4",
    "dropout-recurrent": "0.4", "dropout-words": "0.4", "emails": "remove", "embedding": "7",
    "embeddings": "v", "encoding": "latin-1", "epochs": "3", "epsilon": "0.1",
    "exploding-lr": "0.2", "fit": "crop", "forget-bias": "1", "hash-count": "2", "hidden": "7",
    "images": "2",
    "index": "1", "init-range": "0.3", "input": "8x8", "inputs": "1,2", "keep-bias": "1",
    "kernel": "box", "kinds": "all", "label-column": "2", "label-prefix": "@",
    "label-smoothing": "0.1", "layer": "x", "layers": "2",
    "length": "7", "replace-blanks": "_", "word-list": "f", "licence": "x", "load": "f",
    "load-weights": "f", "locale": "tr", "lr": "0.03",
    "max-categories": "3", "max-documents": "1", "max-features": "3", "max-length": "4",
    "max-steps": "3", "max-vocab": "9", "memory": "64M", "mentions": "remove", "metrics": "j",
    "min-count": "3", "min-documents": "2", "min-frequency": "3", "min-length": "4",
    "min-lr-ratio": "0.5", "min-similarity": "0.9", "mix": "m", "momentum": "0.5", "names": "n",
    "negative": "3", "ngrams": "1-3", "noise-exponent": "0.2", "numbers": "remove", "order": "2",
    "output": "other", "padding": "valid", "pairs": "f", "patch": "3", "patches": "99",
    "patience": "1", "program": "5", "projection": "3", "prompt": "the", "questions": "q",
    "recurrent": "1,0,0,1", "region": "0,0,2x2", "repeat": "3", "replicas": "2",
    "repetition-penalty": "2",
    "repetition-window": "3",
    "restrict": "3", "resume": "c", "retrain": "f", "dsub": "3", "sample": "0.01", "samples": "2",
    "save": "s",
    "save-context": "x.vec", "save-vocab": "x", "save-weights": "w", "seed": "7",
    "separator": "==", "sequences": "3", "show": "a b", "size": "3", "special": "<x>",
    "steps": "9", "subwords": "2-4", "stop": "the", "stop-words": "stops", "stride": "2",
    "temperature": "0.5",
    "classifier": "m", "lm": "m", "sentences": "f", "sentence-method": "sif",
    "sentence-smoothing": "0.1", "port": "9",
    "host": "::1", "max-count": "9", "connections": "9",
    "timeout": "9",
    "targets": "1,2,3", "tempo": "90", "temporal-penalty": "0.5", "activation-penalty": "0.5",
    "test": "f",
    "text": "a b", "threshold": "0.5", "text-lines": "f", "text-column": "1", "threads": "2",
    "top-k": "3",
    "top-p": "0.5",
    "train-steps": "3", "transliterate": "Any-Upper", "tune": "f", "units": "3", "units n,n": "1,2",
    "urls": "remove", "valid": "f",
    "valid-share": "0.1", "vector": "1,2", "vectors": "v", "vocab": "f", "vocab-size": "300",
    "vocabulary": "f", "warmup": "3", "weight-decay": "0.1", "weights": "1,2", "whiten": "f",
    "window": "2", "word-dropout": "0.3", "words": "99", "classes": "12", "count": "3", "cell": "9",
    "-n": "3", "neighbors": "3", "x": "a:b", "y": "c:d", "perplexity": "3", "iterations": "9",
    "dimensions": "3", "groups": "3", "title": "x", "top": "9", "skip": "2",
    "pq": "3", "pca": "3", "all-but-the-top": "2", "most": "7", "analogies": "f", "effort": "30",
    "smoothing": "0.1", "against": "v", "axis": "d:e", "translate": "a",
    "phrases": "2", "phrase-threshold": "9", "phrase-min-count": "3", "passes": "2",
    "phrase-connectors": "english", "connectors": "english",
    "document": "3", "update": "v", "update-context": "v", "freeze": "all",
    "alpha": "0.5", "x-max": "10",
    "by": "neighbors", "-k": "3", "model": "m", "init": "v", "format": "tsv", "cells": "gru",
  ]

  /// What commands are given in place of what they need elsewhere.
  static let others: [String: [[String]]] = [
    "image classify": [["m", "--test", "d"], ["m", "--test", "d", "-o", "c.svg"]]
  ]

  /// What else must be given for an option to have an effect.
  static let companions: [String: [String]] = [
    "--freeze-embeddings": ["--embeddings", "v"], "--nesterov": ["--momentum", "0.5"],
    "--tune": ["--mix", "m"], "--weights": ["--mix", "m"], "--cutoffs": ["--softmax", "adaptive"],
    "--decay-after": ["--schedule", "step"], "--decay": ["--schedule", "step"],
    "--dropout-locked": ["--dropout", "0.4"], "--repetition-window": ["--repetition-penalty", "2"],
    "--separator": ["--samples", "2"], "--checkpoint-every": ["--checkpoint", "c"],
    "--phrase-threshold": ["--phrases", "2"], "--phrase-score": ["--phrases", "2"],
    "--phrase-min-count": ["--phrases", "2"], "--phrase-connectors": ["--phrases", "2"],
    "--freeze": ["--init", "v"], "--update-context": ["--update", "v"],
    "--patches": ["--patch", "3"], "--patience": ["--valid", "f"],
    "quantize --encoding": ["--retrain", "f"],
    "--autotune-trials": ["--autotune", "f"], "--autotune-time": ["--autotune", "f"],
    "--autotune-metric": ["--autotune", "f"], "--autotune-work": ["--autotune", "f"],
    "--average-after": ["--valid", "f"], "--calibrate": ["--valid", "f"], "--x": ["--y", "c:d"],
    "--y": ["--x", "a:b"],
  ]

  /// The option with a value that is not the default.
  static func given(_ argument: CommandDescription.Argument, as spelling: String) -> [String] {
    guard argument.takesValue else { return [spelling] }
    let named =
      argument.allValues?.first { $0 != argument.defaultValue } ?? argument.allValues?.first
    let name = String(spelling.drop { $0 == "-" })
    // Some names stand for a number in one command and for a share in another.
    let particular = values["\(name) \(argument.valueName ?? "")"]
    return [
      spelling,
      named ?? particular ?? values[name] ?? values[spelling] ?? "no value for \(name)",
    ]
  }

  /// The choices of a command: one at a time, each value of those that are named.
  static func variants(_ words: String, _ command: CommandDescription) -> [[String]] {
    let models = command.options.filter {
      ["--model", "--unit", "--schedule", "--optimizer", "--view", "--cell"].contains(
        $0.spellings[0])
    }
    let named = models.flatMap { option in
      (option.allValues ?? []).map { [option.spellings[0], $0] }
    }
    return [[]] + named + (choices[words] ?? [])
  }

  /// The file in Help lists which options each choice refuses; `WORDTOOL_UPDATE_HELP=1` writes it anew.
  @Test func everyOptionOfEveryCommandIsTakenOrRefusedAsRecorded() {
    var lines: [String] = []
    #expect(CommandDescription.all.count > 40)
    for (words, command) in CommandDescription.all {
      let base = words.split(separator: " ").map(String.init)
      let variants = Self.variants(words, command).map { (Self.needed[words] ?? [], $0) }
      for (needed, variant) in variants + (Self.others[words] ?? []).map({ ([], $0) }) {
        if let refusal = OptionEffects.refusal(of: base + needed + variant) {
          #expect(!variant.isEmpty, "\(words): \(refusal)")
          lines.append(([words] + variant).joined(separator: " ") + ": \(refusal)")
          continue
        }
        var refused: [String] = []
        for option in command.options {
          for spelling in option.spellings where !variant.contains(spelling) {
            let given = (Self.companions[spelling] ?? []) + Self.given(option, as: spelling)
            guard let refusal = OptionEffects.refusal(of: base + needed + variant + given) else {
              continue
            }
            #expect(!given.contains { $0.hasPrefix("no value") }, "\(words) \(given)")
            #expect(
              refusal.contains("--") || refusal.contains("-k"), "\(words) \(given): \(refusal)")
            refused.append(spelling)
          }
        }
        if !refused.isEmpty {
          lines.append(([words] + variant).joined(separator: " "))
          lines.append("    " + refused.joined(separator: " "))
        }
      }
    }
    let folder = #filePath.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/Help"
    let text = lines.joined(separator: "\n") + "\n"
    let path = folder + "/refused-options.txt"
    if getenv("WORDTOOL_UPDATE_HELP") != nil { try? TestFiles.write(text, to: path) }
    #expect(text == TestFiles.read(path))
  }

  @Test(arguments: [
    (["train-lm", "t", "-o", "m", "--model", "ngram", "--hidden", "3"], "--model recurrent"),
    (["train-lm", "t", "-o", "m", "--model", "ngram", "--metrics=j"], "--metrics"),
    (["train-lm", "t", "-o", "m", "--order", "3"], "--model ngram"),
    (
      [
        "train-classifier", "t", "-o", "m", "--model", "fasttext", "--autotune", "f", "--memory",
        "1G",
      ],
      "not to --autotune"
    ),
    (["train-embeddings", "t", "--phrases", "1", "--memory", "1G"], "--phrases or --update"),
    (
      ["train-embeddings", "t", "--update", "v", "--memory", "1G"], "words that are counted once"
    ),
    (["train-lm", "t", "-o", "m", "--unit", "char", "--lowercase"], "--unit word"),
    (["train-classifier", "t", "-o", "m", "--embeddings", "none"], "--model rnn, lstm or gru"),
    (
      ["train-classifier", "t", "-o", "m", "--model", "lstm", "--cost", "3"], "--model bag-of-words"
    ),
    (["encode", "bag-of-words", "--unit", "word", "--urls", "remove"], "--unit token"),
    (["encode", "tf-idf", "--load", "bag", "--ngrams", "1-2"], "--ngrams"),
    (["encode", "one-hot", "--table", "--no-lowercase"], "--table"),
    (["encode", "--window", "5", "bag-of-words"], "wordtool encode"),
    (["tokenize", "--unit", "sentence", "--numbers", "remove"], "--unit word"),
    (["bpe", "encode", "-m", "t", "--seed", "3"], "--dropout"),
  ])
  func whatAnOptionBelongsToIsTold(_ arguments: [String], _ part: String) throws {
    try TestFiles.withFolder { folder in
      let run = try Tool(folder: folder).start(arguments).wait()
      #expect(run.exitCode == 64 && run.errors.contains(part), "\(arguments): \(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1 && run.output.isEmpty)
    }
  }

  @Test func valuesAreNoOptions() {
    #expect(OptionEffects.refusal(of: ["generate", "m", "--prompt", "a", "--", "--top-k"]) != nil)
    #expect(OptionEffects.refusal(of: ["nearest", "--vector=-0.5,1", "-k", "3"]) == nil)
    #expect(OptionEffects.refusal(of: ["nearest", "a", "--", "--raw"]) == nil)
    #expect(OptionEffects.refusal(of: ["encode", "--show", "a b", "--window", "2"]) == nil)
  }
}
