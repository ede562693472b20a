import SeqModels
import TestSupport

extension MutantFormat {
  /// Classifiers that fastText has made, the fixtures of SeqModelsTests.
  static let fastTextClassifiers = [
    "softmax.bin", "hs.bin", "ova.bin", "softmax.ftz", "hs-pruned.ftz",
  ].map { name in
    MutantFormat(
      name: "classifier, fastText's \(name)", cost: 10,
      readers: ["TextClassifier.init(contentsOf:labelPrefix:)", "SequenceModelFile.load(_:)"]
    ) { _ in
      let tests = #filePath.split(separator: "/").dropLast(2).map { "/" + $0 }.joined()
      let fixture = "\(tests)/SeqModelsTests/Fixtures/fasttext-\(name)"
      return Sample(file: TestFiles.readBytes(fixture) ?? []) { path in
        guard case .classifier(let model) = try SequenceModelFile.load(path) else { return [] }
        let texts = LabelledText(texts: ["the river", "riverside 東京 walked", ""])
        let answers = try model.answers(for: texts, count: 3, threads: 1)
        let others = try model.fastTextAnswers(for: texts, count: 3, threads: 1)
        return (answers + others).flatMap { $0.predictions.map(\.probability) }
      }
    }
  }
}
