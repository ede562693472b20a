import TestSupport
import Testing

import wordtool

/// Lists are taken with commas and with blanks, in every command alike.
@Suite struct ListOptionTests {
  @Test(arguments: [
    ("plot --pairs a:b c:d king -n 2", "plot --pairs=a:b,c:d king -n 2"),
    ("plot --pairs a:b, c:d -o m.svg", "plot --pairs=a:b,c:d -o m.svg"),
    (
      "plot --metrics a --curves loss accuracy --log",
      "plot --metrics a --curves=loss,accuracy --log"
    ),
    ("plot --x a:b --y=c:d e:f king", "plot --x=a:b --y=c:d,e:f king"),
    ("axes king --axis a:b c:d --axis e:f", "axes king --axis=a:b,c:d --axis=e:f"),
    ("recall --distances 10 30 , 100 --words 4", "recall --distances=10,30,100 --words 4"),
    ("gradient-flow --cells gru lstm text", "gradient-flow --cells=gru,lstm text"),
    (
      "rnn-explain --inputs 0.5 -1 1 --targets - - 1",
      "rnn-explain --inputs=0.5,-1,1 --targets=-,-,1"
    ),
    ("tokenize --kinds letter number text", "tokenize --kinds=letter,number text"),
    (
      "image augment --augment noise=0.1 horizontal-flip i",
      "image augment --augment=noise=0.1,horizontal-flip i"
    ),
    (
      "train-classifier t --class-weights spam=3 ham=1 -q",
      "train-classifier t --class-weights=spam=3,ham=1 -q"
    ),
    ("image show --region 1,1 2x3 i", "image show --region=1,1,2x3 i"),
    // What is no list stays as it is: files of pairs, a missing part, what follows two dashes.
    ("align --pairs dictionary.txt b c", "align --pairs dictionary.txt b c"),
    ("tokenize --kinds words letter", "tokenize --kinds words letter"),
    ("recall --distances 10,,30", "recall --distances=10,,30"),
    ("inspect m -- --units 1 2", "inspect m -- --units 1 2"),
    ("plot --pairs", "plot --pairs"),
  ])
  func `blanks between parts are commas`(_ given: String, _ expected: String) {
    func split(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
    #expect(ListOptions.joined(split(given)) == split(expected))
  }

  @Test func `a quoted list may have blanks, words may as well`() {
    #expect(ListOptions.joined(["--pairs", "a:b  c:d, e:f"]) == ["--pairs=a:b,c:d,e:f"])
    #expect(ListOptions.joined(["--units=1 2", "3"]) == ["--units=1,2,3"])
    #expect(ListOptions.joined(["--pairs", "new york:paris"]) == ["--pairs", "new york:paris"])
  }

  @Test func `every list option says so`() throws {
    for name in ListOptions.names where name != "--region" {
      let owners = CommandDescription.all.flatMap(\.command.options)
        .filter { $0.spellings.contains(name) && $0.valueName?.contains("file") != true }
      #expect(!owners.isEmpty, "\(name)")
      for option in owners where option.valueName != "n" {
        let help = option.abstract ?? ""
        let says = help.contains("apart by commas or blanks") || help.contains("same way")
        #expect(says || help.contains("likewise"), "\(name): \(help)")
      }
    }
  }

  @Test func `both forms give the same answer`() throws {
    try TestFiles.withFolder { folder in
      var tool = Tool(folder: folder)
      tool.variables["WORDTOOL_VECTORS"] = try Samples.writeVectors(in: folder)
      let network = ["--hidden", "4", "--train-steps", "1", "-q", "--json"]
      for (commas, blanks) in [
        (
          ["plot", "-q", "--pairs", "man:king,woman:queen"],
          ["plot", "-q", "--pairs", "man:king", "woman:queen"]
        ),
        (
          ["axes", "king", "--axis", "man:woman,king:queen"],
          ["axes", "king", "--axis", "man:woman king:queen"]
        ),
        (["nearest", "--vector", "1,0,0"], ["nearest", "--vector", "1", "0", "0"]),
        (
          ["recall", "--distances", "2,3", "--cells", "gru,lstm"] + network,
          ["recall", "--distances", "2", "3", "--cells", "gru", "lstm"] + network
        ),
      ] {
        let first = try tool.start(commas).wait()
        let second = try tool.start(blanks).wait()
        #expect(first.exitCode == 0 && first.output == second.output, "\(blanks): \(second.errors)")
        #expect(!first.output.isEmpty)
      }
      let refused = try tool.run("recall", "--cells", "gru,none")
      #expect(refused.exitCode == 64 && refused.errors.contains("commas or blanks"))
    }
  }
}
