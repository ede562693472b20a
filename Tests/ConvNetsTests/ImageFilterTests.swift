import ConvNets
import Testing
import TestSupport
import WordtoolCore

@Suite struct ImageFilterTests {
  @Test func theExampleOfTheLessonComesOut() throws {
    let filter = ImageFilter(FilterExplanation.exampleKernel, padding: .valid)
    let map = try filter.apply(to: FilterExplanation.exampleImage)
    #expect(map.values == [4, 3, 4, 2, 4, 3, 2, 3, 4])
    let text = try FilterExplanation.text(of: filter, on: FilterExplanation.exampleImage)
    #expect(text.contains("1 1 1 0 0  *  1 0 1  =  4 3 4\n"))
    #expect(text.contains("  + 0·1 + 0·0 + 1·1 = 4\n"))
    #expect(text.split(separator: "\n").count { $0.contains(" = ") } == 10)
  }

  @Test func stridesAndPaddingsPickPlacesOfTheFullResult() throws {
    let image = ImageSamples.random(11, 8, 3)
    let kernel = try #require(ImageKernel(named: "sharpen"))
    let full = try ImageFilter(kernel, padding: .pixels(2), boundary: .wrap).apply(to: image)
    #expect(full.shape == ImageShape(height: 13, width: 10, channels: 3))
    for stride in 1...4 {
      let sparse = try ImageFilter(
        kernel, stride: stride, padding: .pixels(2), boundary: .wrap
      ).apply(to: image)
      #expect(sparse.height == 12 / stride + 1 && sparse.width == 9 / stride + 1)
      for row in 0..<sparse.height {
        for column in 0..<sparse.width {
          #expect(sparse[row, column, 1] == full[row * stride, column * stride, 1])
        }
      }
    }
    let valid = try ImageFilter(kernel, padding: .valid).apply(to: image)
    #expect(valid == full.cropped(row: 2, column: 2, height: 9, width: 6))
    #expect(try ImageFilter(kernel).apply(to: image).shape == image.shape)
  }

  @Test func theIdentityChangesNothing() throws {
    let image = ImageSamples.random(5, 9, 3)
    let kernel = try #require(ImageKernel(named: "identity"))
    for boundary in Boundary.allCases {
      #expect(try ImageFilter(kernel, boundary: boundary).apply(to: image) == image)
    }
  }

  @Test func aKernelThatDoesNotFitIsRefused() throws {
    let kernel = try #require(ImageKernel(named: "box"))
    expectError("a kernel of 3 x 3 on an image of 2 x 5 x 1", kind: .usage) {
      _ = try ImageFilter(kernel, padding: .valid).apply(to: ImageSamples.random(2, 5, 1))
    }
    #expect(try ImageFilter(kernel).apply(to: ImageSamples.random(1, 1, 1)).values.count == 1)
  }

  @Test func kernelsAreReadFromText() throws {
    let folder = ScratchFolder()
    let path = try folder.write("# blur\n1/9 0.5, -2e-1\n\n3\t4 5 # end\r\n", to: "kernel")
    let kernel = try ImageKernel(contentsOf: path)
    #expect(kernel.height == 2 && kernel.width == 3)
    #expect(kernel.weights == [1.0 / 9, 0.5, -0.2, 3, 4, 5])
    for (text, part) in [
      ("1 2\n3\n", "kernel:2: 1 number, expected 2"), ("1 x\n", "kernel:1: 'x'"),
      ("1 1e39\n", "kernel:1: '1e39'"), ("1 1e30/1e-30\n", "kernel:1: '1e30/1e-30'"),
      ("1 1/0\n", "kernel:1: '1/0'"),
      ("", "no numbers"),
      ("1/0", "'1/0'"), ("nan", "'nan'"), ("1/2/3", "'1/2/3'"),
      (String(repeating: "1 ", count: 300), "a larger kernel"),
    ] {
      try folder.write(text, to: "kernel")
      expectError(part) { _ = try ImageKernel(contentsOf: path) }
    }
  }

  @Test func resultsAreBroughtIntoRange() {
    let image = Image(
      shape: ImageShape(height: 1, width: 4, channels: 1), values: [-2, 0, 0.5, 2])
    #expect(image.mapped(by: .clamp).values == [0, 0, 0.5, 1])
    #expect(image.mapped(by: .absolute).values == [1, 0, 0.5, 1])
    #expect(image.mapped(by: .stretch).values == [0, 0.5, 0.625, 1])
    #expect(image.mapped(by: .centered).values == [0, 0.5, 0.625, 1])
    #expect(image.map { _ in .nan }.mapped(by: .stretch).values == [0, 0, 0, 0])
  }

  @Test func edgeKernelsAreBalanced() {
    let balanced = ImageKernel.named.filter(\.isBalanced).map(\.name)
    #expect(balanced == ["edge", "strong-edge", "sobel-x", "sobel-y"])
  }

  @Test func partsAreCut() {
    let image = ImageSamples.random(6, 7, 3)
    let part = image.cropped(row: 2, column: 3, height: 3, width: 4)
    #expect(part[0, 0, 2] == image[2, 3, 2] && part[2, 3, 0] == image[4, 6, 0])
  }
}
