import ConvNets
import Testing
import TestSupport
import WordtoolCore

/// Damaged files may be refused or read, but nothing may crash, hang or ask for absurd memory.
@Suite struct HostileFileTests {
  private static let fixtures = [
    "grey.png", "rgb.png", "deep.png", "palette.png", "bits.png", "alpha.png", "grey.jpg",
    "rgb.jpg", "progressive.jpg", "optimal-444.jpg", "rgb.ppm", "grey.pgm",
  ]

  /// Every image has 1 or 3 planes and numbers in 0...1, or the error is a line of ours.
  private func expectImageOrError(_ body: () throws -> Image?, _ context: String) {
    do {
      guard let image = try body() else { return }
      #expect(image.channels == 1 || image.channels == 3, "\(context)")
      let range = image.values.allSatisfy { $0 >= 0 && $0 <= 1 }
      #expect(range, "\(context)")
    } catch let error as WordtoolError {
      #expect(error.kind == .badData && !error.description.contains("\n"), "\(context): \(error)")
    } catch {
      Issue.record("\(context): \(error)")
    }
  }

  @Test func damagedImagesNeverCrash() throws {
    var files = try Self.fixtures.map { name in
      let file = try MappedFile(path: Golden.path(name))
      return (name, withExtendedLifetime(file) { Array(file.bytes) })
    }
    files.append(("text.ppm", Array("P3\n# x\n2 2\n255\n1 2 3 4 5 6\n7 8 9 10 11 12\n".utf8)))
    // 13 files: 80,600 altogether.
    let rounds = 6200
    for (number, (name, bytes)) in files.enumerated() {
      var generator = SeededGenerator(seed: UInt64(number))
      for round in 0..<rounds {
        let damaged = Mutation.apply(to: bytes, round: round, &generator)
        expectImageOrError({ try Image(decoding: damaged, path: name) }, "\(name), round \(round)")
      }
    }
  }

  @Test func damagedSetsNeverCrash() throws {
    let idx = ImageSamples.idx([3, 4, 5], (0..<60).map { UInt8($0 * 4) })
    let labels = ImageSamples.idx([3], [0, 1, 2])
    let cifar = ImageSamples.cifar([1, 2])
    let row = (0..<64).map { String($0 % 17) }.joined(separator: ",")
    let digits = Array("\(row),7\n\(row),0\n".utf8)
    // Four kinds: 20,000 altogether.
    let rounds = 5000
    var generator = SeededGenerator(seed: 11)
    for round in 0..<rounds {
      func damaged(_ bytes: [UInt8]) -> [UInt8] {
        Mutation.apply(to: bytes, round: round, &generator)
      }
      func last(_ set: ImageDataset) throws -> Image { try set.image(at: set.count - 1) }
      let images = damaged(idx)
      let isColor = images.count > 3 && images[3] == 4
      expectImageOrError(
        {
          let image = try last(
            try IDXFile.dataset(
              images: images, path: "idx", labels: labels, labelPath: "labels", classNames: nil))
          // A fourth extent can announce any number of channels.
          return isColor ? nil : image
        }, "idx, round \(round)")
      let damagedLabels = damaged(labels)
      expectImageOrError(
        {
          try last(
            try IDXFile.dataset(
              images: idx, path: "idx", labels: damagedLabels, labelPath: "labels",
              classNames: nil))
        }, "labels, round \(round)")
      let records = damaged(cifar)
      expectImageOrError(
        { try last(try CIFARFile.dataset(["a"], folder: "a") { _ in records }) },
        "cifar, round \(round)")
      let lines = damaged(digits)
      expectImageOrError(
        { try last(try OptdigitsFile.dataset(lines, path: "digits")) }, "digits, round \(round)")
    }
  }

  @Test func damagedKernelsNeverCrash() throws {
    let folder = ScratchFolder()
    var generator = SeededGenerator(seed: 13)
    let good = Array("# blur\n1/9 1/9 1/9\n0.5, -2e-1 3\n1 2 3\n".utf8)
    let image = ImageSamples.random(5, 5, 1)
    for round in 0..<300 {
      let path = folder("kernel")
      try TestFiles.write(Mutation.apply(to: good, round: round, &generator), to: path)
      _ = try? ImageFilter(try ImageKernel(contentsOf: path)).apply(to: image)
    }
  }
}
