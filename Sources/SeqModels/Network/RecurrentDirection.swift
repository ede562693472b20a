import Networks

/// One layer of recurrent units that reads in one direction: forward, and backward through time.
///
/// The products with the inputs of all steps are one product, and so are all weights' gradients;
/// only the products with the state before run step by step. A sequence's steps depend on no other
/// sequence, so each thread takes its share of the sequences through all steps without waiting.
/// Each element of each product is one chain in a fixed order, so the shares change no bit.
///
/// Here are the weights and the memory; the ways through the steps are in extensions.
final class RecurrentDirection<Scalar: NetworkScalar> {
  let options: RecurrentOptions
  let isReverse: Bool
  let compute: Compute<Scalar>
  let parameters: Parameters<Scalar>
  let names: Names
  let inputCount: Int
  let outputCount: Int

  let inputWeights: PackedMatrix<Scalar>
  let recurrentWeights: PackedMatrix<Scalar>
  let recurrentWeightsBack: PackedMatrix<Scalar>
  let inputWeightsBack: PackedMatrix<Scalar>
  let projectionWeights: PackedMatrix<Scalar>?
  let projectionWeightsBack: PackedMatrix<Scalar>?

  /// [rows, gates x hidden]: sums, then gate values, then the sums' gradients.
  var gates = AlignedBuffer<Scalar>()
  /// GRU: [rows, 3 x hidden] products with the state before, then their gradients.
  var recurrent = AlignedBuffer<Scalar>()
  /// [rows, outputs]: the state each step started from.
  var previous = AlignedBuffer<Scalar>()
  /// LSTM: [rows, hidden].
  var cells = AlignedBuffer<Scalar>()
  var previousCells = AlignedBuffer<Scalar>()
  var squashed = AlignedBuffer<Scalar>()
  /// [rows, hidden]: outputs before the projection, and their gradients.
  var unprojected = AlignedBuffer<Scalar>()
  var unprojectedGradients = AlignedBuffer<Scalar>()
  /// [rows, outputs]: the whole gradient of each step's output.
  var outputGradients = AlignedBuffer<Scalar>()
  /// [sequences, hidden]: the cells' gradient on its way back.
  var cellGradients = AlignedBuffer<Scalar>()
  /// [distinct inputs, gates x hidden]: sums of the inputs alone, then gradients by input.
  var inputSums = AlignedBuffer<Scalar>()
  /// Which row of the input each row read in the last forward call, or nil for its own.
  var inputRows: [Int32]?
  var layout = SequenceLayout(steps: 0, batch: 0)

  /// [tokens, gates x hidden]: what each token's embedding contributes to the sums.
  var inputTable: AlignedBuffer<Scalar>?

  /// Recurrent weights with some left out (DropConnect), while training with it.
  var droppedWeights: AlignedBuffer<Scalar>?
  var dropMask: AlignedBuffer<Scalar>?

  struct Names {
    let inputWeight, recurrentWeight, inputBias, recurrentBias: String
    let projection: String
    let peepholes: [String]
  }

  init(
    _ options: RecurrentOptions, inputCount: Int, layer: Int, direction: Int, prefix: String,
    parameters: Parameters<Scalar>, compute: Compute<Scalar>
  ) throws {
    self.options = options
    self.inputCount = inputCount
    self.parameters = parameters
    self.compute = compute
    isReverse = direction == 1
    outputCount = options.outputPerDirection
    func name(_ weight: String) -> String {
      RecurrentOptions.name(prefix, weight, layer: layer, direction: direction)
    }
    names = Names(
      inputWeight: name("weight_ih"), recurrentWeight: name("weight_hh"),
      inputBias: name("bias_ih"), recurrentBias: name("bias_hh"), projection: name("weight_hr"),
      peepholes: options.hasPeepholes ? ["i", "f", "o"].map { name("weight_c\($0)") } : [])
    let gateCount = options.cell.gateCount * options.hidden
    inputWeights = try PackedMatrix(capacityFor: inputCount, gateCount)
    inputWeightsBack = try PackedMatrix(capacityFor: gateCount, inputCount)
    recurrentWeights = try PackedMatrix(capacityFor: outputCount, gateCount)
    recurrentWeightsBack = try PackedMatrix(capacityFor: gateCount, outputCount)
    if let projection = options.projection {
      projectionWeights = try PackedMatrix(capacityFor: options.hidden, projection)
      projectionWeightsBack = try PackedMatrix(capacityFor: projection, options.hidden)
    } else {
      projectionWeights = nil
      projectionWeightsBack = nil
    }
  }

  var gateCount: Int { options.cell.gateCount * options.hidden }

  /// Lays the weights out for products; called when they have changed.
  ///
  /// - Parameters:
  ///   - forTraining: whether gradients will be wanted too.
  ///   - dropMask: for DropConnect (Wan et al. 2013; Merity et al. 2018): the factor of each
  ///     recurrent weight, or nil.
  @_specialize(where Scalar == Float)
  func packWeights(forTraining: Bool, dropMask: AlignedBuffer<Scalar>? = nil) throws {
    self.dropMask = dropMask
    inputTable = nil
    var recurrentView = parameters.view(names.recurrentWeight)
    if let dropMask {
      let target = try droppedWeights ?? AlignedBuffer<Scalar>(count: dropMask.count)
      droppedWeights = target
      for index in 0..<dropMask.count {
        unsafe target.base[index] = recurrentView.base[index] * dropMask.base[index]
      }
      recurrentView = target.matrix(gateCount, outputCount)
    }
    let inputView = parameters.view(names.inputWeight)
    compute.pack(inputView.transposed, into: inputWeights)
    compute.pack(recurrentView.transposed, into: recurrentWeights)
    if forTraining {
      compute.pack(inputView, into: inputWeightsBack)
      compute.pack(recurrentView, into: recurrentWeightsBack)
    }
    if let projectionWeights, let projectionWeightsBack {
      let view = parameters.view(names.projection)
      compute.pack(view.transposed, into: projectionWeights)
      if forTraining { compute.pack(view, into: projectionWeightsBack) }
    }
  }

  /// How many recurrent weights there are, for a mask of DropConnect.
  var recurrentWeightCount: Int { gateCount * outputCount }

  func reserve(_ rows: Int, batch: Int) throws {
    func grow(_ buffer: inout AlignedBuffer<Scalar>, _ count: Int) throws {
      try AlignedBuffer.reserve(&buffer, count)
    }
    try grow(&gates, rows * gateCount)
    try grow(&previous, rows * outputCount)
    try grow(&outputGradients, rows * outputCount)
    switch options.cell {
    case .rnnTanh, .rnnReLU: break
    case .gru: try grow(&recurrent, rows * gateCount)
    case .lstm:
      try grow(&cells, rows * options.hidden)
      try grow(&previousCells, rows * options.hidden)
      try grow(&squashed, rows * options.hidden)
      try grow(&cellGradients, batch * options.hidden)
    }
    if options.projection != nil {
      try grow(&unprojected, rows * options.hidden)
      try grow(&unprojectedGradients, rows * options.hidden)
    }
  }

  /// The whole gradient of each output of the last backward call, through all later steps:
  /// [rows, outputs].
  var hiddenGradients: MatrixView<Scalar> {
    outputGradients.matrix(layout.rowCount, outputCount)
  }
}
