// The examples of Subword.docc, by Scripts/docc.sh --examples.

import Subword

func exampleSubword1() throws {
  var options = BytePairTrainingOptions(vocabularySize: 8000)
  options.minimumFrequency = 2
  options.specialTokens = [SpecialToken("<|end|>")]
  let encoding = try BytePairEncoding.train(contentsOf: ["notes/"], options: options)
  print(encoding.vocabularySize, "tokens,", encoding.merges.count, "merges")
  try encoding.write(to: "tokenizer.json")
}

func exampleSubword2() throws {
  let encoding = try BytePairEncoding(contentsOf: "tokenizer.json")
  let ids = encoding.encode("unbelievable<|end|>")
  for id in ids {
    print(id, ByteLevel.text(encoding.bytes(ofToken: id) ?? []))
  }
  print(try encoding.decodedText(ids, skipsSpecialTokens: true))
}

func exampleSubword3() throws {
  let encoding = try BytePairEncoding(contentsOf: "tokenizer.json")
  for seed in 1...3 {
    print(try encoding.encode("unbelievable", dropout: 0.1, seed: UInt64(seed)).count, "pieces")
  }
}

func exampleSubword4() throws {
  let encoding = try BytePairEncoding.train(
    contentsOf: ["notes.txt"], options: BytePairTrainingOptions(vocabularySize: 8000))
  let ids = encoding.encode("moon and stars")
  print(ids, String(decoding: try encoding.decode(ids), as: UTF8.self))
  try encoding.write(to: "tokenizer.json")  // Hugging Face's tokenizers reads it
}
