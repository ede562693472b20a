import ConvNets
import Libc
import Testing
import TestSupport
import WordtoolCore

@Suite struct ImageDatasetTests {
  /// A folder with an IDX set of five images of 2 x 3.
  private func idxFolder() throws -> ScratchFolder {
    let folder = ScratchFolder()
    let images = ImageSamples.idx([5, 2, 3], (0..<30).map(UInt8.init))
    try folder.write(images, to: "train-images-idx3-ubyte")
    try folder.write(ImageSamples.idx([5], [0, 2, 1, 2, 0]), to: "train-labels-idx1-ubyte")
    return folder
  }

  @Test func idxSetsAreReadPlainAndPacked() throws {
    let folder = try idxFolder()
    let set = try ImageDataset(contentsOf: folder.path)
    #expect(set.count == 5 && set.labels == [0, 2, 1, 2, 0] && set.classNames == ["0", "1", "2"])
    #expect(set.shape == ImageShape(height: 2, width: 3, channels: 1))
    #expect(try set.image(at: 1).values == (6..<12).map { Float($0) / 255 })
    let packed = ScratchFolder()
    for name in folder.names {
      try packed.write(Gzip.stored(try folder.bytes(of: name)), to: name + ".gz")
    }
    let same = try ImageDataset(contentsOf: packed("train-images-idx3-ubyte.gz"))
    #expect(try same.image(at: 4) == set.image(at: 4))
    expectError("without images to test", kind: .noSuchInput) {
      _ = try ImageDataset(contentsOf: folder.path, part: .test)
    }
  }

  @Test func idxFilesThatDoNotFitAreRefused() throws {
    let folder = try idxFolder()
    let name = "train-images-idx3-ubyte"
    let good = try folder.bytes(of: name)
    func expectRefusal(
      _ bytes: [UInt8], _ part: String, _ location: SourceLocation = #_sourceLocation
    ) throws {
      try folder.write(bytes, to: name)
      expectError(part, sourceLocation: location) { _ = try ImageDataset(contentsOf: folder.path) }
    }
    try expectRefusal(Array(good.dropLast()), "29 bytes of data, expected 30 for 5 x 2 x 3")
    try expectRefusal(good + [1], "31 bytes of data")
    try expectRefusal(Array(good[..<10]), "a header of 16")
    try expectRefusal(ImageSamples.idx([5, 2, 3], [], type: 13), "element type 13")
    let huge = 0xFFFF_FFFF
    try expectRefusal(ImageSamples.idx([huge, huge, huge], [1]), "fewer values")
    try expectRefusal(ImageSamples.idx([5, 0, 3], []), "at least 1 x 1")
    try expectRefusal(ImageSamples.idx([4, 2, 3], Array(repeating: 0, count: 24)), "5 labels")
    try folder.write(good, to: name)
    expectError("the class 2, expected 0 to 1") {
      _ = try ImageDataset(contentsOf: folder.path, classNames: ["a", "b"])
    }
  }

  @Test func cifarSetsAreReadFileAfterFile() throws {
    let folder = ScratchFolder()
    let (first, second) = (ImageSamples.cifar([3, 9]), ImageSamples.cifar([0], seed: 2))
    try folder.write(first, to: "data_batch_1.bin")
    try folder.write(Gzip.stored(second), to: "data_batch_2.bin.gz")
    let set = try ImageDataset(contentsOf: folder.path)
    #expect(set.labels == [3, 9, 0] && set.classNames[9] == "truck")
    let image = try set.image(at: 2)
    #expect(image[1, 2, 0] == Float(second[1 + 34]) / 255)
    #expect(image[0, 0, 2] == Float(second[1 + 2048]) / 255)
    try folder.write(Array(first.dropLast()), to: "data_batch_1.bin")
    expectError("6145 bytes, expected a multiple of 3073") {
      _ = try ImageDataset(contentsOf: folder.path)
    }
    try folder.write(ImageSamples.cifar([10]), to: "data_batch_1.bin")
    expectError("the class 10") { _ = try ImageDataset(contentsOf: folder.path) }
  }

  @Test func classesTakeTheNumbersOfAModel() throws {
    let folder = ScratchFolder()
    try folder.write(ImageSamples.cifar([3, 9, 3]), to: "data_batch_1.bin")
    let names = ["truck", "mouse", "cat"]
    #expect(try ImageDataset(contentsOf: folder.path, classNames: names).labels == [2, 0, 2])
    expectError("the unknown class 'truck', expected one of cat, dog") {
      _ = try ImageDataset(contentsOf: folder.path, classNames: ["cat", "dog"])
    }
  }

  @Test func digitsAreReadFromText() throws {
    let folder = ScratchFolder()
    let row = (0..<64).map { String($0 % 17) }.joined(separator: ",")
    try folder.write("# comment\n\(row),7\r\n\(row),0\n", to: "optdigits.tra")
    let set = try ImageDataset(contentsOf: folder.path)
    #expect(set.labels == [7, 0] && set.classNames.count == 10)
    #expect(try set.image(at: 0).values[16] == 1)
    try folder.write("\(row),7\n\(row)\n", to: "optdigits.tra")
    expectError("optdigits.tra:2: 64 values, expected 65") {
      _ = try ImageDataset(contentsOf: folder.path)
    }
    try folder.write("17,\(row)\n", to: "optdigits.tra")
    expectError("'17' in column 1") { _ = try ImageDataset(contentsOf: folder.path) }
  }

  @Test func aFolderPerClassIsASet() throws {
    let folder = ScratchFolder()
    for (name, image) in [
      ("cat/2.png", ImageSamples.random(4, 5, 3, seed: 2)),
      ("cat/1.png", ImageSamples.random(4, 5, 3, seed: 1)),
      ("ant/1.png", ImageSamples.random(4, 5, 3, seed: 3)),
      ("bee/grey.png", ImageSamples.random(4, 5, 1)),
      ("bee/large.png", ImageSamples.random(8, 5, 3)),
    ] {
      try folder.write(try image.encoded(as: .png), to: name)
    }
    try folder.write("read me", to: "cat/README.txt")
    let set = try ImageDataset(contentsOf: folder.path)
    #expect(set.classNames == ["ant", "bee", "cat"] && set.labels == [0, 1, 1, 2, 2])
    #expect(set.shape == nil)
    #expect(try set.image(at: 3) == ImageSamples.random(4, 5, 3, seed: 1))
    #expect(try set.label(ofClass: "cat") == 2)
    expectError("no class 'dog', expected one of ant, bee, cat", kind: .unavailable) {
      _ = try set.label(ofClass: "dog")
    }
    let batch = try set.batch([3, 4, 0], threads: 2)
    #expect(batch.count == 3 && batch.labels == [2, 2, 0])
    #expect(try batch.image(at: 1) == set.image(at: 4))
    expectError("an image of 8 x 5 x 3, expected 4 x 5 x 3") { _ = try set.batch([0, 2]) }
    expectError("grey.png: an image of 4 x 5 x 1, expected 4 x 5 x 3") {
      _ = try set.batch([0, 1], threads: 2)
    }
    #expect(try set.converted(toChannels: 3).batch([0, 1]).count == 2)
    let resized = try set.batch(
      [0, 2], transform: { image, _ in image.resized(height: 2, width: 2) })
    #expect(resized.shape == ImageShape(height: 2, width: 2, channels: 3))
    expectError("the unknown class 'ant'") {
      _ = try ImageDataset(contentsOf: folder.path, classNames: ["cat", "bee"])
    }
    expectError("no folder of images to test", kind: .noSuchInput) {
      _ = try ImageDataset(contentsOf: folder.path, part: .test)
    }
  }

  @Test(arguments: [1, 3]) func damagedImagesAreLeftOutAndTold(threads: Int) throws {
    let folder = ScratchFolder()
    let png = try ImageSamples.random(4, 5, 3).encoded(as: .png)
    for name in ["a/1.png", "a/2.png", "b/1.png"] { try folder.write(png, to: name) }
    try folder.write(Array(png.dropLast(20)), to: "a/cut.png")
    try folder.write([0xFF, 0xD8, 0xFF, 0xE0, 1, 2], to: "b/no.jpg")
    let set = try ImageDataset(contentsOf: folder.path)
    #expect(set.count == 5)
    let good = try set.withoutDamaged(threads: threads)
    #expect(good.labels == [0, 0, 1] && good.classNames == ["a", "b"])
    #expect(good.leftOut.map(\.path) == [folder("a/cut.png"), folder("b/no.jpg")])
    #expect(
      InputFiles.Listing(leftOut: good.leftOut).summary
        == "2 files were left out: an image that is damaged or of a kind that is not read "
        + "(\(folder("a/cut.png")) and 1 more)")
    #expect(try good.withoutDamaged(threads: threads).leftOut == good.leftOut)
    try folder.write(Array(png.dropLast(9)), to: "b/1.png")
    expectError("and the class 'b' has no good image") {
      _ = try ImageDataset(contentsOf: folder.path).withoutDamaged(threads: threads)
    }
  }

  @Test func linkedClassFoldersAndOddSuffixesAreRead() throws {
    let folder = ScratchFolder()
    let image = ImageSamples.random(4, 5, 3)
    try folder.write(try image.encoded(as: .png), to: "set/cat/a.png")
    try folder.write(try image.encoded(as: .png), to: "elsewhere/dog/without-suffix")
    try folder.write(try image.encoded(as: .jpeg), to: "elsewhere/dog/b.jfif")
    try folder.write(try image.encoded(as: .jpeg), to: "elsewhere/dog/c.JPE")
    try folder.write(try image.encoded(as: .pnm), to: "elsewhere/dog/d.dat")
    #expect(symlink("../elsewhere/dog", folder("set/dog")) == 0)
    try folder.write("GIF89a", to: "set/cat/x.gif")
    try folder.write("text", to: "set/bare/notes.txt")
    let set = try ImageDataset(contentsOf: folder("set"))
    #expect(set.classNames == ["cat", "dog"] && set.labels == [0, 1, 1, 1, 1])
    for index in 0..<set.count { #expect(try set.image(at: index).shape == image.shape) }
    #expect(
      Set(set.leftOut.map { $0.path.dropFirst(folder("set/").count) })
        == ["cat/x.gif", "bare/notes.txt", "bare"])
  }

  @Test func foldersOfPartsAreTold() throws {
    let folder = ScratchFolder()
    let png = try ImageSamples.random(2, 2, 1).encoded(as: .png)
    for name in ["train/a/1.png", "train/b/1.png", "val/b/9.png"] {
      try folder.write(png, to: name)
    }
    #expect(try ImageDataset(contentsOf: folder.path).labels == [0, 1])
    let test = try ImageDataset(contentsOf: folder.path, part: .test, classNames: ["a", "b"])
    #expect(test.labels == [1] && test.name(at: 0).hasSuffix("val/b/9.png"))
  }

  @Test func batchesAreTheSameForAnyNumberOfThreads() throws {
    let folder = try idxFolder()
    let set = try ImageDataset(contentsOf: folder.path)
    let order = ImageDataset.shuffledOrder(count: set.count, seed: 7, epoch: 1)
    #expect(order.sorted() == [0, 1, 2, 3, 4])
    #expect(order == ImageDataset.shuffledOrder(count: set.count, seed: 7, epoch: 1))
    var results: [[[Float]]] = []
    for threads in 1...3 {
      var batches = set.batches(of: 2, order: order, threads: threads) { image, index in
        image.map { $0 + Float(index) }
      }
      var found: [[Float]] = []
      while let batch = try batches.next() { found.append(batch.values) }
      #expect(found.map(\.count) == [12, 12, 6])
      results.append(found)
    }
    #expect(results[0] == results[1] && results[1] == results[2])
  }

  @Test(.enabled(if: RealData.has("mnist/train-images-idx3-ubyte.gz")))
  func mnistIsWhatItShouldBe() throws {
    let train = try ImageDataset(contentsOf: RealData.path("mnist"))
    let test = try ImageDataset(contentsOf: RealData.path("mnist"), part: .test)
    #expect(train.count == 60000 && test.count == 10000)
    #expect(train.labels.prefix(10) == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
    #expect(test.labels.count { $0 == 1 } == 1135)
  }

  @Test(.enabled(if: RealData.has("cifar-10/data_batch_1.bin.gz", "optdigits/optdigits.tes")))
  func cifarAndDigitsAreWhatTheyShouldBe() throws {
    #expect(try ImageDataset(contentsOf: RealData.path("cifar-10")).count == 10000)
    #expect(try ImageDataset(contentsOf: RealData.path("cifar-10"), part: .test).count == 1000)
    #expect(try ImageDataset(contentsOf: RealData.path("optdigits")).count == 3823)
    #expect(try ImageDataset(contentsOf: RealData.path("optdigits"), part: .test).count == 1797)
  }
}
