import SeqModels
import Tokenize
import Testing
import TestSupport
import WordtoolCore

@Suite struct LabelledTextTests {
  private func read(
    _ content: String, name: String = "f", layout: LabelledTextLayout = LabelledTextLayout(),
    requiresLabels: Bool = true
  ) throws -> LabelledText {
    let folder = ScratchFolder()
    return try LabelledText(
      contentsOf: try folder.write(content, to: name), layout: layout,
      requiresLabels: requiresLabels)
  }

  /// Texts and labels in a form that can be compared.
  private func contents(_ text: LabelledText) -> [String] {
    (0..<text.count).map { index in
      text.text(at: index) + " <- "
        + text.labelIDs(of: index).map { text.labels[Int($0)] }.joined(separator: "|")
    }
  }

  @Test(arguments: [
    ("a  good film", "a  good film"), ("a __label__b good  film", "a good film"),
    ("__label__a", ""), ("x__label__a  y", "x__label__a  y"), ("__label_ a", "__label_ a"),
    ("", ""),
  ])
  func labelsAreNoPartOfATextToBeClassified(line: String, text: String) {
    #expect(LabelledText.withoutLabels(Array(line.utf8)) == text)
    #expect(LabelledText.withoutLabels(line.utf8) == text)
  }

  @Test func fastTextLinesMayHaveSeveralLabelsAnywhere() throws {
    let text = try read(
      "__label__a __label__b one two\n\nthree __label__b\r\n__label__a __label__a x")
    #expect(contents(text) == ["one two <- a|b", "three <- b", "x <- a"])
    #expect(text.hasSeveralLabels && text.labelCounts == [2, 2])
    #expect((0..<3).map { text.line(of: $0) } == [1, 3, 4])
  }

  @Test func tabsSeparateAndQuotationMarksAreCharacters() throws {
    let text = try read("a \"quoted text\tpos\nlonger text here\tneg\n")
    #expect(contents(text) == ["a \"quoted text <- pos", "longer text here <- neg"])
  }

  @Test func theLongestColumnIsTheTextAndTheFirstOtherTheLabel() throws {
    let text = try read("0\t17\t3\tsome long review\n1\t18\t9\tanother long one\n")
    #expect(contents(text) == ["some long review <- 0", "another long one <- 1"])
    let other = try read(
      "0\t17\t3\tsome long review\n1\t18\t9\tanother long one\n",
      layout: LabelledTextLayout(labelColumn: .number(3)))
    #expect(contents(other) == ["some long review <- 3", "another long one <- 9"])
  }

  @Test func aHeaderIsKnownByItsUsualNames() throws {
    #expect(contents(try read("sentence\tlabel\nfine\t1\n")) == ["fine <- 1"])
    #expect(contents(try read("Label\tText\n1\tfine\n")) == ["fine <- 1"])
    let named = LabelledTextLayout(textColumn: .name("body of it"), labelColumn: .name("stars"))
    #expect(
      contents(try read("stars\tbody of it\tid\n5\tfine\t0\n", layout: named)) == ["fine <- 5"])
    let none = LabelledTextLayout(hasHeader: false)
    #expect(try read("sentence\tlabel\nfine one\t1\n", layout: none).count == 2)
    let forced = LabelledTextLayout(
      textColumn: .number(1), labelColumn: .number(2), hasHeader: true)
    #expect(contents(try read("x\ty\nfine\t1\n", layout: forced)) == ["fine <- 1"])
  }

  @Test(arguments: [
    "Class Index,Title,Description", "v1,v2", "stars,text", "target,tweet", "polarity,content",
    "category,headline", "sentence,emotion", "utterance,intent", "question,topic",
    "Text,Language", "title,tag",
  ])
  func aRowOfNamesIsNoText(_ header: String) throws {
    let names = header.split(separator: ",").map { $0.lowercased() }
    let textFirst = ["sentence", "utterance", "question", "text", "title"].contains(names[0])
    let rows = [("good", "a fine film"), ("bad", "a dull film"), ("good", "fine"), ("bad", "dull")]
    let lines = rows.map { label, words in
      names.count == 3
        ? "\(label),x,\(words) of it" : textFirst ? "\(words),\(label)" : "\(label),\(words)"
    }
    let text = try read(([header] + lines).joined(separator: "\n"), name: "h.csv")
    #expect(text.count == 4 && text.labels == ["good", "bad"], "\(contents(text))")
    // Names that are not usual ones are guessed, and told.
    #expect(text.warnings.count == (header.hasPrefix("v1") ? 1 : 0), "\(text.warnings)")
  }

  @Test func aRowWithMoreColumnsThanTheFirstIsRefused() throws {
    for (name, rows) in [
      ("a.csv", "label,text\na,one, two three\nb,four\n"),
      ("b.csv", "text,label\none, two,a\nx,b\n"),
      ("c.tsv", "label\ttext\na\tone\ttwo\nb\tfour\n"),
    ] {
      let error = #expect(throws: WordtoolError.self) { _ = try read(rows, name: name) }
      #expect(error?.kind == .badData && error?.position == .line(2), "\(name)")
      #expect(error?.found == "3 columns" && error?.expected?.contains("2, as line 1") == true)
    }
    // Nothing behind the last sign is no column.
    #expect(try read("label,text\na,one,\nb,four,,\n", name: "d.csv").count == 2)
  }

  @Test func aRowThatIsTakenForNamesWithoutHavingAnyIsToldOf() throws {
    let rows = "rare,some text here\na,text x y\na,tt uu\nb,vv ww\nb,xx yy\n"
    let text = try read(rows, name: "r.csv")
    #expect(text.count == 4 && text.warnings.count == 1)
    #expect(text.warnings.first?.contains("r.csv:1: no other row has the label 'rare'") == true)
  }

  @Test func aFirstRowThatMayBeATextIsKept() throws {
    // `question` is a usual name of a column, and a label of this file.
    let rows = "question\twhat is it there\nquestion\twho may it be\nanswer\tthat is it of course\n"
    #expect(try read(rows).count == 3)
    let doubtful = try read("a,one thing\nb,two things\nc,three things\n", name: "d.csv")
    #expect(doubtful.count == 3)
    #expect(doubtful.warnings.count == 1 && doubtful.warnings[0].contains("d.csv:1: "))
    let said = LabelledTextLayout(hasHeader: false)
    #expect(try read("v1,v2\na,x\na,y\n", name: "n.csv", layout: said).count == 3)
    // Numbers of rows are no labels.
    let numbered = try read(
      "id,text,stars\n1,good one,5\n2,bad one,1\n3,fine one,5\n", name: "i.csv")
    #expect(contents(numbered) == ["good one <- 5", "bad one <- 1", "fine one <- 5"])
  }

  @Test func fieldsMayStandBetweenOtherDelimiters() throws {
    for (delimiter, name) in [(";", "f.csv"), ("|", "f"), ("\t", "f.csv"), (";", "f")] {
      let text = try read(
        "text\(delimiter)label\n\"a, \(delimiter) b\"\(delimiter)x\nlong, text\(delimiter)y\n",
        name: name)
      let quoted = delimiter == "\t" && name == "f" ? "\"" : ""
      #expect(contents(text) == ["\(quoted)a, \(delimiter) b <- x", "long, text <- y"])
    }
    let excel = try read("sep=;\ntext;label\none, two;a\n", name: "e.csv")
    #expect(contents(excel) == ["one, two <- a"])
    let said = LabelledTextLayout(hasHeader: true, delimiter: "~")
    #expect(contents(try read("text~label\none~a\n", layout: said)) == ["one <- a"])
  }

  @Test func remarksAndEmptyRowsAreLeftOut() throws {
    let text = try read(
      "# made by hand\ntext,label\n\none,a\n  \n,\n# two\n#tag me,b\n", name: "r.csv")
    #expect(contents(text) == ["one <- a", "#tag me <- b"])
    #expect(contents(try read("# x\n{\"text\": \"a\", \"label\": 1}\n")) == ["a <- 1"])
  }

  @Test func aJSONArrayIsReadAndItsElementsAreCountedFrom1() throws {
    let array = #"[{"text": "a", "label": "x"}, {"text": "b", "label": ["y", "x"]}]"#
    #expect(contents(try read(array)) == ["a <- x", "b <- y|x"])
    let error = #expect(throws: WordtoolError.self) {
      try read(#"[{"text": "a", "label": "x"}, {"label": "x"}]"#, name: "f.json")
    }
    #expect(error?.description.contains("element 2: no text") == true)
  }

  @Test func bytesThatAreNoTextAreCountedAndEncodingsAreRead() throws {
    let folder = ScratchFolder()
    let latin = "text,label\ncaf\u{E9},a\n".unicodeScalars.map { UInt8($0.value) }
    let path = try folder.write(latin, to: "l.csv")
    #expect(try LabelledText(contentsOf: path).replacedCount == 1)
    let layout = LabelledTextLayout(encoding: .named("latin-1"))
    let text = try LabelledText(contentsOf: path, layout: layout)
    #expect(contents(text) == ["café <- a"] && text.replacedCount == 0)
  }

  @Test func `the columns that were read are told, by number and name`() throws {
    let named = try read("id,review,sentiment\n1,good film,pos\n2,dull film,neg\n", name: "f.csv")
    let table = try #require(named.tables.first)
    #expect(named.tables.count == 1 && table.path.hasSuffix("f.csv"))
    #expect(table.text.number == 2 && table.text.name == "review")
    #expect(table.label?.number == 3 && table.label?.name == "sentiment")
    let plain = try read("pos\ta good film\nneg\ta dull film\npos\tgood\n")
    #expect(plain.tables.map(\.text.number) == [2] && plain.tables[0].text.name == nil)
    #expect(plain.tables[0].label?.number == 1)
    #expect(try read("__label__a b\n").tables.isEmpty)
  }

  @Test(arguments: [
    "A film, as they say, of its time.\nDull.\nWell, good.\n", "No comma here.\nOne, there.\n",
    "Some; others\nmore\n",
  ])
  func `prose with commas is no table`(text: String) throws {
    let error = #expect(throws: WordtoolError.self) { try read(text) }
    #expect(error?.description.contains(":1: no label") == true, "\(error?.description ?? "")")
    // Whoever says that it is one is believed.
    let layout = LabelledTextLayout(format: .csv)
    let other = #expect(throws: WordtoolError.self) { try read(text, layout: layout) }
    #expect(other?.description.contains("no label, ") == false)
  }

  @Test func `a table of long texts is one although its sample is cut`() throws {
    let row = String(repeating: "word ", count: 2_000)
    let text = try read((0..<12).map { "\(row),\($0 % 2)\n" }.joined())
    #expect(text.count == 12 && text.labels == ["0", "1"])
  }

  @Test func `a message shows the beginning and the end of a long text`() throws {
    let long = "pos," + String(repeating: "word ", count: 200) + "end\n"
    let layout = LabelledTextLayout(textColumn: .name("review"))
    let error = try #require(
      #expect(throws: WordtoolError.self) {
        try read(long + long, name: "f.csv", layout: layout)
      })
    #expect(error.description.utf8.count < 300 && error.description.contains("word end"))
  }

  @Test func csvHasQuotationMarksCommasAndLineEndsInFields() throws {
    let text = try read(
      "text,label\n\"a, \"\"b\"\"\nc\",pos\nplain,neg\r\n\"\",neg\n", name: "f.csv")
    #expect(contents(text) == ["a, \"b\"\nc <- pos", "plain <- neg", " <- neg"])
    #expect((0..<3).map { text.line(of: $0) } == [2, 4, 5])
  }

  @Test func jsonLinesTakeStringsNumbersTruthValuesAndLists() throws {
    let text = try read(
      """
      {"text": "a\\u00e9", "label": "x"}
      {"label": 3, "text": "b"}
      {"text": "c", "label": true}

      {"text": "d", "label": ["x", "y"]}
      """)
    #expect(contents(text) == ["aé <- x", "b <- 3", "c <- true", "d <- x|y"])
    let named = LabelledTextLayout(textColumn: .name("q"), labelColumn: .name("l"))
    #expect(contents(try read(#"{"q":"a","l":"b"}"#, layout: named)) == ["a <- b"])
  }

  @Test func gzipAndByteOrderMarksAreReadThrough() throws {
    let folder = ScratchFolder()
    let bytes = [0xEF, 0xBB, 0xBF] + Array("text,label\na,b\n".utf8)
    let path = try folder.write(Gzip.stored(bytes), to: "f.csv.gz")
    #expect(contents(try LabelledText(contentsOf: path)) == ["a <- b"])
  }

  @Test(arguments: [
    ("", "f", "no text"), ("\n\n", "f", "no text"), ("plain words\n", "f", ":1: no label"),
    ("__label__ x\n", "f", ":1: an empty label"),
    ("a long text\tb\nc\n", "f", ":2: 1 column"),
    ("text,label\n\"a,b\n", "f.csv", ":2: a quotation mark that is not closed"),
    ("text,label\n\"a\"x,b\n", "f.csv", ":2: text after a closing quotation mark"),
    ("{\"text\":\"a\"}\n", "f", "no label, in 1 text"), ("{\"label\":\"a\"}\n", "f", ":1: no text"),
    ("{\"text\":\"a\",\"label\":\"b\"}\n{\"text\"\n", "f", ":2: JSON with"),
    ("{\"text\":\"a\",\"label\":{}}\n", "f", ":1: a label that is an object"),
    ("alone\n", "f.csv", ":1: no column for a label"),
  ])
  func badFilesAreToldWithTheirLine(_ content: String, _ name: String, _ part: String) throws {
    let error = #expect(throws: WordtoolError.self) { try read(content, name: name) }
    #expect(error?.kind == .badData)
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [
    ("__label__a x\ny\n# z\n__label__b\n", "f", ":2: no label"),
    ("y\n__label__a x\n__label__b\n", "f", ":1: no label"),
    ("a long text\tb\nlong c\t\nlong d\tb\n", "f", ":2: an empty label"),
    ("text,label\na,b\nc,\nd,b\n", "f.csv", ":3: an empty label"),
    (
      "{\"text\":\"a\",\"label\":1}\n{\"text\":\"a\"}\n{\"text\":\"b\",\"label\":1}\n", "f",
      ":2: no label"
    ),
    (
      "[{\"text\":\"a\",\"label\":1},{\"text\":\"a\",\"label\":[]},{\"text\":\"b\",\"label\":1}]",
      "f", "element 2: no label"
    ),
  ])
  func `texts without a label are left out and counted, or refused`(
    _ content: String, _ name: String, _ part: String
  ) throws {
    let text = try read(content, name: name)
    #expect(text.count == 2 && text.unlabelledCount == 1 && !text.labels.isEmpty)
    let strict = LabelledTextLayout(isStrict: true)
    let error = #expect(throws: WordtoolError.self) {
      try read(content, name: name, layout: strict)
    }
    #expect(error?.kind == .badData)
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
    // Where labels are of no interest every text is there.
    #expect(try read(content, name: name, requiresLabels: false).unlabelledCount == 0)
  }

  @Test func `labels begin with what is said`() throws {
    let layout = LabelledTextLayout(labelPrefix: "@")
    let text = try read("no label, yet\n@a @b one __label__c\n x@d two @a\n", layout: layout)
    #expect(contents(text) == ["one __label__c <- a|b", "x@d two <- a"])
    #expect(text.unlabelledCount == 1)
    #expect(LabelledText.withoutLabels("@a one @@ two".utf8, labelPrefix: "@") == "one two")
    #expect(LabelledText.withoutLabels("a@ one".utf8, labelPrefix: "@") == "a@ one")
    let missing = #expect(throws: WordtoolError.self) {
      try read("one\ntwo, three\n", layout: LabelledTextLayout(labelPrefix: "L:"))
    }
    #expect(missing?.found == "no label, in 2 texts")
    #expect(missing?.expected == "words that begin with L:")
    let unmarked = #expect(throws: WordtoolError.self) {
      try read("one\ntwo, three\n", layout: LabelledTextLayout(format: .fastText))
    }
    #expect(unmarked?.expected == "words that begin with __label__")
    for prefix in ["", "a b", "\t"] {
      let error = #expect(throws: WordtoolError.self) {
        try read("@a one\n", layout: LabelledTextLayout(labelPrefix: prefix))
      }
      #expect(error?.kind == .usage)
    }
  }

  @Test func columnsThatAreNotThereAreTold() throws {
    for layout in [
      LabelledTextLayout(textColumn: .number(3)), LabelledTextLayout(labelColumn: .name("z")),
      LabelledTextLayout(textColumn: .number(1), labelColumn: .number(1)),
    ] {
      #expect(throws: WordtoolError.self) { try read("a b c\td\n", layout: layout) }
    }
    #expect(LabelledTextLayout.Column("0") == nil && LabelledTextLayout.Column("") == nil)
    #expect(LabelledTextLayout.Column("12") == .number(12))
  }
}
