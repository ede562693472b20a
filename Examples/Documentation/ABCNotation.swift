// The examples of ABCNotation.docc, by Scripts/docc.sh --examples.

import ABCNotation

func exampleABCNotation1() throws {
  let book = ABCBook(text: "X:1\nT:Scale\nM:4/4\nL:1/4\nK:G\nG A B c | d e f g |]\n")
  print(book.isGood, book.allProblems.map(\.description))
  for tune in book.tunes {
    print(ABCPerformance(tune).seconds, "seconds")
  }
}

func exampleABCNotation2() throws {
  let book = try ABCBook(contentsOf: "tunes.abc")
  for tune in book.tunes {
    print(tune.number ?? 0, tune.title ?? "without a title", tune.isGood, tune.noteCount)
    for problem in tune.problems where problem.severity == .error {
      print(problem.position.line, problem.position.column, problem.message)
    }
  }
  print(book.tunes.count { $0.isGood }, "of", book.tunes.count, "are good")
}

func exampleABCNotation3() throws {
  let tune = ABCBook(text: "X:1\nT:Up\nM:3/4\nL:1/8\nK:D\nD2 E>F | [FA]4 z2 |]\n").tunes[0]
  print(tune.key.sharps, tune.meter?.bar.fraction ?? "free")
  for voice in tune.voices {
    for symbol in voice.symbols { print(symbol.position.column, symbol.content) }
  }
}

func exampleABCNotation4() throws {
  let book = try ABCBook(contentsOf: "tunes.abc")
  for tune in book.tunes where tune.isPlayable {
    let performance = ABCPerformance(tune)
    for note in performance.voices.first ?? [] {
      print(note.start.wholeNotes, note.length.fraction, note.pitch)
    }
    let file = MIDIFile(performance, title: tune.title, quartersPerMinute: 96, program: 73)
    try file.write(to: "tune-\(tune.number ?? 0).mid")
  }
}
