// The examples of Subword.docc, by Scripts/docc.sh --examples.

import Subword

func exampleSubword1() throws {
  let encoding = try BytePairEncoding.train(
    contentsOf: ["notes.txt"], options: BytePairTrainingOptions(vocabularySize: 8000))
  let ids = encoding.encode("moon and stars")
  print(ids, String(decoding: try encoding.decode(ids), as: UTF8.self))
  try encoding.write(to: "tokenizer.json")  // Hugging Face's tokenizers reads it
}
