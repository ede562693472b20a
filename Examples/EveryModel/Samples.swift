import Foundation
import SeqModels

/// Small texts and images with something to learn.
struct Samples {
  let folder: String
  let lines: [String]

  init(in folder: String) throws {
    self.folder = folder
    // Two themes that never meet in a line.
    let themes = [["sun", "moon", "star", "sky"], ["red", "blue", "green", "grey"]]
    var seed: UInt32 = 1
    lines = (0..<2000).map { number in
      (0..<8).map { _ in
        seed = (seed &* 75 &+ 74) % 65_537
        return themes[number % 2][Int(seed / 7 % 4)]
      }
      .joined(separator: " ")
    }
    try lines.joined(separator: "\n").write(toFile: text, atomically: true, encoding: .utf8)
    // Bright above, or bright below: 8 x 8 grey values as PGM.
    for (name, isAbove) in [("above", true), ("below", false)] {
      let place = "\(folder)/images/\(name)"
      try FileManager.default.createDirectory(
        atPath: place, withIntermediateDirectories: true)
      for number in 0..<20 {
        let pixels = (0..<64).map { index in
          UInt8((index < 32) == isAbove ? 200 + (number + index) % 50 : (number * index) % 50)
        }
        try (Data("P5 8 8 255\n".utf8) + pixels)
          .write(to: URL(fileURLWithPath: "\(place)/\(number).pgm"))
      }
    }
  }

  var text: String { "\(folder)/text.txt" }
  var images: String { "\(folder)/images" }
  func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// Lines with the theme they belong to.
  var labelled: LabelledText {
    var text = LabelledText()
    for (number, line) in lines.prefix(400).enumerated() {
      text.append(text: line, labels: [number % 2 == 0 ? "sky" : "color"])
    }
    return text
  }

  /// The same words, each with its theme for a tag.
  var tagged: TaggedText {
    var text = TaggedText()
    text.sentences = lines.prefix(200).enumerated().map { number, line in
      let words = line.split(separator: " ").map(String.init)
      let tag = number % 2 == 0 ? "SKY" : "COLOR"
      return TaggedText.Sentence(words: words, tags: words.map { _ in tag })
    }
    return text
  }
}
