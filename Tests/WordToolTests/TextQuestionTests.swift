import Libc
import TestSupport
import Testing

/// Texts asked for by the vectors of their words.
@Suite struct TextQuestionTests {
  private static let lines = """
    Sweden and Norway

    the king and the queen
    a man
    Denmark, Finland

    """

  /// Runs the tool on the sample vectors, with some texts in `texts.txt`.
  private func ask(_ arguments: String..., input: String = "") throws -> Subprocess.Result {
    try TestFiles.withFolder { folder in
      var tool = Tool(folder: folder)
      tool.variables["WORDTOOL_VECTORS"] = try Samples.writeVectors(in: folder)
      try TestFiles.write(Self.lines, to: folder + "/texts.txt")
      return try tool.start(arguments, input: input, workingFolder: folder).wait()
    }
  }

  @Test func aTextIsTheMeanOfItsWords() throws {
    // (sweden + finland) / 2 with finland at length 1.
    let run = try ask("sentence-vector", "Sweden, Finland!", "--json")
    #expect(run.output.contains(#""known":2,"text":"Sweden, Finland!","unknown":[]"#))
    let tsv = try ask("sentence-vector", "sweden finland", "blorb")
    #expect(tsv.output == "0.950000\t0.217945\t0.000000\n\n" && tsv.exitCode == 0)
    #expect(tsv.errors.contains("'blorb' has no word of sample.txt"))
    let unit = try ask("sentence-vector", "sweden sweden cereal", "--normalize")
    #expect(unit.output == "1.000000\t0.000000\t0.000000\n")
    let batch = try ask("sentence-vector", "-", input: "king\nking\n")
    #expect(batch.output == "0.000000\t0.800000\t0.600000\n0.000000\t0.800000\t0.600000\n")
    #expect(try ask("sentence-vector", "blorb").exitCode == 1)
  }

  @Test func theNearestLinesOfAFileAreFound() throws {
    let run = try ask("nearest-sentences", "texts.txt", "Sweden", "-k", "2")
    #expect(run.output == "1\t0.994987\tSweden and Norway\n5\t0.963330\tDenmark, Finland\n")
    #expect(run.errors.isEmpty)
    let json = try ask("nearest-sentences", "texts.txt", "a queen", "-k", "1", "--json").json()
    #expect(try json.contains(#""query":"a queen""#))
    #expect(try json.contains(#""line":3"#) && json.contains(#""text":"the king and the queen""#))
    let batch = try ask("nearest-sentences", "texts.txt", "-", "-k", "1", input: "man\nblorb\n")
    #expect(batch.output == "man\t4\t1.000000\ta man\n\n\n" && batch.exitCode == 0)
    #expect(batch.errors.contains("'blorb' has no word of"))
  }

  @Test func theNearestLinesByWordMoversDistanceAreFound() throws {
    // From sweden to half sweden, half norway: half of |sweden - norway| = sqrt(2 - 2 * 0.98).
    let run = try ask("nearest-sentences", "texts.txt", "Sweden", "-k", "1", "--method", "wmd")
    #expect(run.output == "1\t0.100000\tSweden and Norway\n")
  }

  @Test func wordMoversDistanceTellsWhatBecomesOfWhat() throws {
    let run = try ask("wmd", "Sweden", "Sweden, Norway", "--explain")
    #expect(
      run.output
        == "0.100000\t0.100000\nsweden\tsweden\t0.500000\t0.000000\n"
        + "sweden\tnorway\t0.500000\t0.200000\n")
    let plain = try ask("wmd", "king", "queen", "--json").json()
    #expect(try plain.contains(#""a":"king","b":"queen""#) && !plain.contains(name: "moves"))
    let none = try ask("wmd", "blorb", "queen")
    #expect(none.exitCode == 1 && none.output.isEmpty)
  }

  @Test func aFolderAndItsPagesAreSearched() throws {
    try TestFiles.withFolder { folder in
      var tool = Tool(folder: folder)
      tool.variables["WORDTOOL_VECTORS"] = try Samples.writeVectors(in: folder)
      #expect(mkdir(folder + "/d", 0o777) == 0)
      try TestFiles.write("Sweden and Norway\n\n", to: folder + "/d/a.txt")
      try TestFiles.write(
        "<!DOCTYPE html><title>News</title><p>Sweden</p><p>A\nman</p>", to: folder + "/d/page.html")
      func ask(_ arguments: String...) throws -> Subprocess.Result {
        try tool.start(["nearest-sentences"] + arguments, workingFolder: folder).wait()
      }
      let pages = try ask("d", "Sweden", "-k", "2", "--html")
      #expect(
        pages.output == "d/page.html:2\t1.000000\tSweden\nd/a.txt:1\t0.994987\tSweden and Norway\n",
        "\(pages.errors)")
      #expect(pages.errors == "wordtool: d: 1 line without a known word left out\n")
      let json = try ask("d", "a man", "-k", "1", "--html", "--exclude", "*.txt", "--json").json()
      #expect(try json.contains(#""file":"d/page.html","line":3"#))
      let plain = try ask("d", "Sweden", "-k", "1")
      #expect(plain.output == "d/a.txt:1\t0.994987\tSweden and Norway\n")
      #expect(plain.errors.contains("--html takes the text of pages"), "\(plain.errors)")
      let named = try ask("d/page.html", "Sweden", "-k", "1", "--html")
      #expect(named.output == "2\t1.000000\tSweden\n", "\(named.output)")
    }
  }

  @Test func weightsByFrequencyNeedCounts() throws {
    let run = try ask("nearest-sentences", "texts.txt", "Sweden", "--method", "sif")
    #expect(run.exitCode == 1 && run.errors.contains("no counts of words"))
    #expect(try ask("sentence-vector", "a", "--smoothing", "1").exitCode == 64)
    #expect(try ask("sentence-vector", "a", "--method", "wmd").exitCode == 64)
    #expect(try ask("sentence-vector", "a", "--method", "sif", "--smoothing", "0").exitCode == 64)
    #expect(try ask("nearest-sentences", "none.txt", "a").exitCode == 66)
    let unknown = try ask("nearest-sentences", "-", "Sweden", input: "blorb\nblurb\n")
    #expect(unknown.exitCode == 65 && unknown.errors.contains("2 lines without a known word"))
  }
}
