import BLASCore
import CKernels
import Embedding
import Tokenize

/// Makes a vector of a text: trains the row of one more document while everything else stays as it is
/// (Le and Mikolov 2014, section 2.2, "the inference stage").
///
/// The numbers depend on the model and the words of the text alone: the first values and all draws are
/// seeded by the model's seed and the place in the text. It belongs to one thread.
@safe final class DocumentInference {
  // SAFETY: taken by `init`, given back by `deinit`; capacities are those of one unit of examples.
  private enum Examples {
    case documents(DocumentGroups)
    case bags(BagGroups)
  }

  private let model: DocumentVectors
  private let kernelTable: KernelTable
  private let kernels: UnsafePointer<wt_kernels>
  private let examples: Examples
  private let stride: Int
  /// The row that is trained: [stride].
  private let row: UnsafeMutablePointer<Float>
  /// The means of the bags of a unit: [windows, stride].
  private let means: UnsafeMutablePointer<Float>
  private let products: UnsafeMutablePointer<Float>
  private let coefficients: UnsafeMutablePointer<Float>

  init(_ model: DocumentVectors, kernels: KernelTable) {
    self.model = model
    kernelTable = kernels
    unsafe self.kernels = kernels.pointer
    let sampling = model.sampling
    let productCount: Int
    switch model.options.model {
    case .bagOfWords:
      examples = .documents(
        DocumentGroups(
          sampling: sampling, size: DocumentBatchSize(units: 1, rounds: 1), documentRow: 0,
          wordCapacity: TextChunks.wordsPerChunk))
      productCount = DocumentBatchSize.productsPerUnit(sampling)
    case .memory:
      examples = .bags(
        BagGroups(
          model: .cbow, sampling: sampling, unitsPerBatch: 1, subwords: nil,
          wordCapacity: TextChunks.wordsPerChunk, documentRow: model.vocabulary.count))
      productCount = BagGroups.productCapacity(
        model: .cbow, windowRadius: model.options.windowRadius, noiseCount: sampling.noiseCount,
        pieces: sampling.paths?.mostPieces ?? 0)
    }
    stride = model.output.stride
    func zeros(_ count: Int) -> UnsafeMutablePointer<Float> {
      let memory = UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
      return unsafe memory.initializeMemory(as: Float.self, repeating: 0, count: count)
    }
    unsafe row = zeros(stride)
    unsafe means = zeros(WordVectorOptions.Model.cbow.windowsPerUnit * stride)
    unsafe products = zeros(productCount)
    unsafe coefficients = zeros(productCount)
  }

  deinit {
    unsafe row.deallocate()
    unsafe means.deallocate()
    unsafe products.deallocate()
    unsafe coefficients.deallocate()
  }

  /// The vector of a text.
  ///
  /// - Parameters:
  ///   - ids: its words, at least one.
  ///   - epochs: passes over them, at least 1.
  ///   - decay: the step size over the passes.
  func vector(of ids: [Int32], epochs: Int, decay: LinearDecay) -> [Float] {
    let seed = model.options.seed
    var random = RandomSource(seed: seed, WordVectorStream.inferredVector)
    let scale = 1 / Float(model.dimension)
    for column in 0..<stride {
      unsafe row[column] =
        column < model.dimension ? (random.nextUnitFloat() - 0.5) * scale : 0
    }
    let chunkCount = TextChunks.count(ofLength: ids.count)
    for epoch in 0..<epochs {
      for chunk in 0..<chunkCount {
        let begin = chunk * TextChunks.wordsPerChunk
        let end = min(begin + TextChunks.wordsPerChunk, ids.count)
        let done = (Double(epoch) + Double(chunk) / Double(chunkCount)) / Double(epochs)
        unsafe ids.withUnsafeBufferPointer {
          unsafe train(
            UnsafeBufferPointer(rebasing: $0[begin..<end]),
            random: RandomSource(
              seed: seed, WordVectorStream.inferredWords, UInt64(epoch), UInt64(chunk)),
            rate: decay.rate(remaining: Float(1 - done)))
        }
      }
    }
    return unsafe [Float](UnsafeBufferPointer(start: row, count: model.dimension))
  }

  private func train(_ text: UnsafeBufferPointer<Int32>, random: RandomSource, rate: Float) {
    switch examples {
    case .documents(let groups):
      unsafe groups.prepare(text, random: random)
      for batch in 0..<groups.batchCount {
        unsafe step(groups.tiles, groups.groups(ofBatch: batch), inputs: row, rate)
      }
    case .bags(let groups):
      unsafe groups.prepare(text, random: random)
      for batch in 0..<groups.batchCount {
        gather(groups, groups.bags(ofBatch: batch))
        unsafe step(groups.tiles, groups.groups(ofBatch: batch), inputs: means, rate)
      }
    }
  }

  /// The means of some bags: of the row first, and of the rows of words behind it.
  private func gather(_ groups: BagGroups, _ bags: Range<Int>) {
    guard let input = model.input else { preconditionFailure("bags without rows of words") }
    let list = groups.bags
    for bag in bags {
      let rows = unsafe list[bag]
      let mean = unsafe means + (bag - bags.lowerBound) * stride
      let share = 1 / Float(rows.count)
      unsafe kernels.pointee.gather_rows_f32(
        Int64(stride), input.base, Int64(stride), rows.baseAddress.map { unsafe $0 + 1 },
        Int64(rows.count - 1), share, mean)
      unsafe kernels.pointee.axpy_f32(Int64(stride), share, row, mean)
    }
  }

  /// Changes the row by what some groups say, all of them taken at the values before.
  private func step(
    _ tiles: wt_sgns_batch, _ range: Range<Int>, inputs: UnsafeMutablePointer<Float>, _ rate: Float
  ) {
    var tiles = unsafe tiles
    let output = model.output
    unsafe tiles.input_rows = inputs
    unsafe tiles.output_rows = output.base
    unsafe tiles.stride = Int64(stride)
    unsafe tiles.groups += range.lowerBound
    unsafe tiles.group_count = Int32(range.count)
    unsafe kernels.pointee.sgns_dots_f32(&tiles, 0, Int32(output.blockCount), products)
    unsafe kernels.pointee.sgns_coefficients_f32(&tiles, products, 1, 0, rate, coefficients)
    var base = unsafe UnsafePointer(coefficients)
    for number in 0..<range.count {
      var group = unsafe tiles.groups[number]
      let outputs = unsafe tiles.outputs + Int(group.output_begin)
      let pitch = (Int(group.output_count) + WT_LANES - 1) / WT_LANES * WT_LANES
      for input in 0..<Int(group.input_count) {
        for place in 0..<Int(group.output_count) {
          unsafe kernels.pointee.axpy_f32(
            Int64(stride), base[input * pitch + place],
            output.base + Int(outputs[place]) * stride, row)
        }
      }
      unsafe base += Int(wt_sgns_product_count(&group))
    }
  }
}
