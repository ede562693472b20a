// The examples of Encoders.docc, by Scripts/docc.sh --examples.

import Encoders

func exampleEncoders1() throws {
  let texts = Documents(["the cat sat", "the dog sat down", "a cat and a dog"])
  let (bag, counts) = try BagOfWords.fitTransform(texts)
  let (_, weighted) = try TfIdf.fitTransform(counts)
  print(bag.featureNames, weighted.denseRow(0))

  try bag.write(to: "bag.json")
  try weighted.writeNPZ(to: "rows.npz")  // scipy.sparse.load_npz reads it
}
