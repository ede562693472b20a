import ConvNets
import Testing

@Suite struct LabelledSheetTests {
  private func image(_ height: Int, _ width: Int, channels: Int = 1) -> Image {
    Image(shape: ImageShape(height: height, width: width, channels: channels), filledWith: 0.5)
  }

  /// How many pixels of some rows are darker than the images.
  private func ink(_ sheet: Image, _ rows: Range<Int>) -> Int {
    rows.reduce(0) { count, row in
      count + (0..<sheet.width).count { sheet[row, $0, 0] < 0.4 }
    }
  }

  @Test func `words stand below their images and nowhere else`() {
    let sheet = LabelledSheet(
      [LabelledSheet.Cell(image(80, 80), "map 3", "0 to 1"), LabelledSheet.Cell(image(40, 80))],
      columns: 2
    ).image()
    #expect(sheet.width == 2 * (80 + 6) + 6)
    #expect(sheet.height > 80 + 2 * 9 + 12)
    #expect(ink(sheet, 0..<86) == 0)
    #expect(ink(sheet, 86..<sheet.height) > 60)
    // Those of the first cell end with it.
    #expect(
      (86..<sheet.height).allSatisfy { row in (92..<172).allSatisfy { sheet[row, $0, 0] == 1 } })
  }

  @Test func `words that are too wide are shortened, and captions broken`() {
    let long = String(repeating: "class ", count: 30)
    let cells = [LabelledSheet.Cell(image(70, 70), long), LabelledSheet.Cell(image(70, 70))]
    let sheet = LabelledSheet(cells, columns: 2).image()
    #expect(
      (78..<sheet.height).allSatisfy { row in (77..<154).allSatisfy { sheet[row, $0, 0] == 1 } })
    let captions = LabelledSheet(cells, columns: 2, caption: long).image()
    #expect(captions.width == 240 && captions.height > sheet.height + 5 * 12)
  }

  @Test func `every letter of ASCII has a picture of its own`() {
    var pictures: [Character: [Float]] = [:]
    for code in UInt8(0x21)...0x7E {
      let letter = Character(Unicode.Scalar(code))
      let sheet = LabelledSheet(
        [LabelledSheet.Cell(image(64, 64), String(letter))], columns: 1
      ).image()
      pictures[letter] = sheet.values
    }
    #expect(pictures.count == 94)
    #expect(Set(pictures.values).count == 94)
    // A letter that is not known is a box, and no letter is drawn as one.
    let box = LabelledSheet([LabelledSheet.Cell(image(64, 64), "語")], columns: 1).image()
    #expect(!pictures.values.contains(box.values))
    #expect(ink(box, 70..<box.height) > 20)
  }

  @Test func `colour and grey stand on one sheet`() {
    let sheet = LabelledSheet(
      [LabelledSheet.Cell(image(9, 9)), LabelledSheet.Cell(image(9, 9, channels: 3), "x")],
      columns: 1
    ).image()
    #expect(sheet.channels == 3 && sheet.values.allSatisfy { (0...1).contains($0) })
  }
}
