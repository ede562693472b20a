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
}
