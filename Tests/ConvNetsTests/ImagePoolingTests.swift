import ConvNets
import Testing
import WordtoolCore

@Suite struct ImagePoolingTests {
  private let image = FilterExplanation.poolingImage

  @Test func `the largest and the mean of each window are kept`() throws {
    let largest = try ImagePooling(.max, window: 2).apply(to: image)
    #expect(largest.values == [6, 5, 7, 9])
    #expect(try ImagePooling(.average, window: 2).apply(to: image).values == [3.5, 2, 2.5, 6])
    let near = try ImagePooling(.max, window: 2, stride: 1).apply(to: image)
    #expect(near.values == [6, 6, 5, 7, 9, 9, 7, 9, 9])
  }

  @Test func `means are those of a box filter`() throws {
    let pooling = try ImagePooling(.average, window: 3, stride: 1, padding: .same)
    let filtered = try pooling.filter.apply(to: image)
    for (a, b) in zip(try pooling.apply(to: image).values, filtered.values) {
      #expect(abs(a - b) <= 1e-5)
    }
  }

  @Test func `padding is what lies beyond the border`() throws {
    let pooling = try ImagePooling(
      .max, window: 2, padding: .pixels(1), boundary: .constant, constant: 99)
    let result = try pooling.apply(to: image)
    #expect(result.values == [99, 99, 99, 99, 9, 99, 99, 99, 99])
    let colours = Image(planes: [image, image.map { -$0 }])
    #expect(try ImagePooling(.max, window: 4).apply(to: colours).values == [9, 0])
  }

  @Test func `an explanation has every window`() throws {
    let text = try FilterExplanation.text(of: ImagePooling(.max, window: 2), on: image)
    #expect(text.hasPrefix("A 4 x 4 image, max pooling by 2 x 2, stride 2, give a 2 x 2 map:\n"))
    #expect(
      text.contains("    max(1, 3, 4, 6) = 6\n") && text.contains("    max(9, 8, 3, 4) = 9\n"))
    let mean = try FilterExplanation.text(of: ImagePooling(.average, window: 2), on: image)
    #expect(mean.contains("average(1, 3, 4, 6) = 3.5"))
  }

  @Test func `windows that do not fit are refused`() {
    #expect(throws: WordtoolError.self) { try ImagePooling(.max, window: 0) }
    #expect(throws: WordtoolError.self) { try ImagePooling(.max, window: 65) }
    #expect(throws: WordtoolError.self) { try ImagePooling(.max, window: 5).apply(to: image) }
    #expect(throws: WordtoolError.self) {
      try ImagePooling(.max, window: 2, stride: 0).apply(to: image)
    }
  }
}
