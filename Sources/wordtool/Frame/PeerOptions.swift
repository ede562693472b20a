/// The options of word2vec.c, fastText, gensim, KenLM and scikit-learn, in small letters without
/// dashes and underscores: what people who know those type first.
enum PeerOptions {
  /// What the option is called here; of several names the first that the command has.
  static let renamed: [String: [String]] = [
    "alpha": ["--lr"], "batchsize": ["--batch"], "bucket": ["--buckets"],
    "clipping": ["--clip"], "dimension": ["--dim"], "dims": ["--dim"],
    "emsize": ["--embedding", "--dim"], "embeddingdim": ["--embedding", "--dim"],
    "epoch": ["--epochs"], "eta": ["--lr"], "exponent": ["--noise-exponent"],
    "hiddensize": ["--hidden"], "iter": ["--epochs"], "iterations": ["--epochs"],
    "layer1size": ["--dim"], "learningrate": ["--lr"],
    "maxdf": ["--max-documents"], "maxvocabsize": ["--max-vocab"],
    "minalpha": ["--min-lr-ratio"], "mindf": ["--min-documents"],
    "nbest": ["--count"], "nepochs": ["--epochs"], "neg": ["--negative"],
    "ngramrange": ["--ngrams"], "nhid": ["--hidden"], "niter": ["--epochs"],
    "njobs": ["--threads"], "nlayers": ["--layers"], "nsexponent": ["--noise-exponent"],
    "numlayers": ["--layers"], "numthreads": ["--threads"],
    "outfile": ["--output"], "outputfile": ["--output"], "passes": ["--epochs"],
    "pretrained": ["--embeddings", "--init"], "pretrainedvectors": ["--embeddings", "--init"],
    "randomstate": ["--seed"], "readvocab": ["--vocab"], "restrictvocab": ["--restrict"],
    "savemodel": ["--output"], "saveoutput": ["--save-context"], "seqlen": ["--bptt"],
    "sequencelength": ["--bptt"], "size": ["--dim"], "testfile": ["--test"],
    "thread": ["--threads"], "top": ["--count"], "topk": ["--top-k", "--count"],
    "topn": ["--count"], "validfile": ["--valid"], "vectorsize": ["--dim"],
    "vocabsize": ["--max-vocab", "--vocabulary-size"], "windowsize": ["--window"],
    "wordngrams": ["--ngrams"], "workers": ["--threads"], "ws": ["--window"],
  ]

  /// Options that name the input.
  static let inputs: Set<String> = [
    "corpus", "corpusfile", "data", "file", "input", "inputfile", "sentences", "text", "train",
    "trainfile",
  ]

  /// Why there is nothing of the kind.
  static let absent: [String: String] = [
    "autotunevalidation": "there is no search for settings",
    "binary": "the suffix of --output decides: .bin is binary, .vec and .txt are text",
    "cbow": "vectors are trained by skip-gram alone",
    "cbowmean": "vectors are trained by skip-gram alone",
    "classes": "there are no clusters of words",
    "debug": "how much is told is up to --progress",
    "hs": "the objective is negative sampling alone, see --negative of train-embeddings",
    "label": "labels of fastText's format begin with __label__",
    "lrupdaterate": "the learning rate falls with every step",
    "maxn": "vectors are those of whole words: there are no n-grams of characters",
    "minn": "vectors are those of whole words: there are no n-grams of characters",
    "negative": "words are taken away in an expression: 'king - man + woman'",
    "positive": "words are added in an expression: 'king - man + woman'",
    "sg": "vectors are trained by skip-gram alone",
    "verbose": "how much is told is up to --progress",
  ]
}
