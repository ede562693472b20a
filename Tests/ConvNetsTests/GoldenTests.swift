import ConvNets
import Foundation
import Testing

@Suite struct GoldenTests {
  @Test func filesOfPillowHavePillowsPixels() throws {
    for file in try Golden.read("files.json", as: Golden.Files.self).files {
      let image = try Image(contentsOf: Golden.path(file.name))
      #expect([image.height, image.width, image.channels] == file.shape, "\(file.name)")
      #expect(image.bytes == file.pixels, "\(file.name)")
    }
  }

  @Test func resizingIsPillows() throws {
    for item in try Golden.read("resizes.json", as: Golden.Cases<Golden.Resize>.self).cases {
      let result = Golden.plane(item.shape, item.image).resized(
        height: item.to[0], width: item.to[1])
      #expect(Golden.distance(result.values, item.result) < 1e-6, "\(item.shape) to \(item.to)")
    }
  }

  @Test func filtersAreSciPys() throws {
    var seen: Set<String> = []
    for item in try Golden.read("filters.json", as: Golden.Cases<Golden.Filter>.self).cases {
      let boundary = try #require(Boundary(rawValue: item.mode))
      let kernel = ImageKernel(name: item.kernel, rows: item.rows)
      if let named = ImageKernel(named: item.kernel) {
        #expect(Golden.distance(named.weights, kernel.weights) < 1e-7)
        seen.insert(item.kernel)
      }
      let image = Golden.plane(item.shape, item.image)
      let result = try ImageFilter(kernel, boundary: boundary, constant: item.constant)
        .apply(to: image)
      #expect(
        Golden.distance(result.values, item.correlate) < 1e-5, "\(item.kernel), \(item.mode)")
      if let convolve = item.convolve {
        let turned = try ImageFilter(
          kernel.flipped, boundary: boundary, constant: item.constant
        ).apply(to: image)
        #expect(Golden.distance(turned.values, convolve) < 1e-5, "\(item.kernel), \(item.mode)")
      }
    }
    #expect(seen == Set(ImageKernel.named.map(\.name)))
  }

  @Test func transformsAreSciPys() throws {
    let cases = try Golden.read("transforms.json", as: Golden.Cases<Golden.Transform>.self).cases
    #expect(Set(cases.map(\.mode)) == Set(FillMode.allCases.map(\.rawValue)))
    for item in cases {
      let m = item.matrix
      let map = AffineMap(
        m[0], m[1], m[2], m[3], rowOffset: item.offset[0], columnOffset: item.offset[1])
      let result = Golden.plane(item.shape, item.image).transformed(
        by: map, fill: try #require(FillMode(rawValue: item.mode)), constant: item.constant)
      #expect(Golden.distance(result.values, item.result) < 1e-5, "\(item.mode), \(m)")
    }
  }

  @Test func composedTransformsAreSciPys() throws {
    let cases = try Golden.read(
      "augmentations.json", as: Golden.Cases<Golden.AugmentationCase>.self
    ).cases
    for item in cases {
      let image = Golden.plane(item.shape, item.image)
      let map = AffineMap.rotation(degrees: item.degrees)
        .after(.shift(rows: item.shift[0], columns: item.shift[1]))
        .after(.shear(degrees: item.shear))
        .after(.zoom(rows: item.zoom[0], columns: item.zoom[1]))
        .centered(on: image.shape)
      let result = image.transformed(by: map, fill: try #require(FillMode(rawValue: item.mode)))
      #expect(Golden.distance(result.values, item.result) < 1e-5, "\(item.mode)")
    }
  }

  @Test func colorChangesAreAsTheirFormulas() throws {
    let cases = try Golden.read("colours.json", as: Golden.Cases<Golden.ColorChange>.self).cases
    for item in cases {
      let image = Image(
        shape: ImageShape(height: item.shape[0], width: item.shape[1], channels: 3),
        values: item.image)
      let result: Image
      switch item.change {
      case "hue": result = image.hueShifted(by: item.amount)
      case "brightness": result = image.brightened(by: item.amount)
      case "contrast": result = image.contrasted(by: item.amount)
      case "saturation": result = image.saturated(by: item.amount)
      default: throw GoldenError.unknownChange(item.change)
      }
      #expect(
        Golden.distance(result.values, item.result) < 1e-5, "\(item.change) \(item.amount)")
    }
  }

  enum GoldenError: Error { case unknownChange(String) }
}
