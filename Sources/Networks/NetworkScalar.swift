/// The numbers a network computes with, and the loops that cost the time.
///
/// `Float` calls the SIMD kernels; `Double` is plain Swift, says what the kernels mean, and serves
/// to check gradients against differences.
package protocol NetworkScalar: BitwiseCopyable, BinaryFloatingPoint, Sendable {
  typealias Input = UnsafePointer<Self>
  typealias Output = UnsafeMutablePointer<Self>

  /// panel[k][j] = b[k · rowStride + j · columnStride] for j < columns, zeros up to 32 columns.
  static func packPanel(
    inner: Int, columns: Int, _ b: Input, rowStride: Int, columnStride: Int, into panel: Output)

  /// c[i][j] = (keep ? c[i][j] : 0) + the sum over k, in order, of a(i, k) · panel[k][j].
  static func multiplyPanel(
    rows: Int, columns: Int, inner: Int, _ a: Input, rowStride: Int, columnStride: Int,
    panel: Input, into c: Output, cStride: Int, keep: Bool)

  /// One step of an LSTM for the units of one row; see ``LSTMStep``.
  static func lstmForward(_ step: LSTMStep<Self>)
  /// The gradients of one step of an LSTM.
  static func lstmBackward(_ step: LSTMGradientStep<Self>)
  /// One step of a GRU for the units of one row; see ``GRUStep``.
  static func gruForward(_ step: GRUStep<Self>)
  /// The gradients of one step of a GRU.
  static func gruBackward(_ step: GRUGradientStep<Self>)

  /// The hyperbolic tangent of `count` values.
  static func tanh(_ values: Input, into results: Output, count: Int)
  /// The logistic function of `count` values.
  static func sigmoid(_ values: Input, into results: Output, count: Int)
  /// e to the power of each of `count` values.
  static func exponential(_ values: Input, into results: Output, count: Int)

  /// Softmax with cross-entropy of one row: `logits` become
  /// (softmax - onehot(target)) · scale.
  ///
  /// - Returns: -log of the target's probability; 0 and zero gradients for the target -1.
  static func softmaxCrossEntropy(
    _ logits: Output, count: Int, target: Int, scale: Self
  ) -> Double

  /// The sum of the squares.
  static func sumOfSquares(_ values: Input, count: Int) -> Double
  /// y += factor · x.
  static func addScaled(_ x: Input, factor: Self, into y: Output, count: Int)

  /// output[p][j] = start + the sum over s and k of input[p, s, k] · panel[s][k][j], plus the addend,
  /// at least 0 with `relu`; see ``ConvolutionStep``.
  static func convolve(_ step: ConvolutionStep<Self>)
  /// weights[i][j] += the sum over p of input[p, i] · gradient[p][j].
  static func addWeightGradient(_ step: WeightGradientStep<Self>)
  /// y[i][o] = the product of row i of x and row o of w, plus bias[o].
  static func dots(
    rows: Int, outputs: Int, inner: Int, _ x: Input, xStride: Int, _ w: Input, wStride: Int,
    bias: Input?, into y: Output, yStride: Int)

  // Layers without filters. Wherever `adds` is set the results are added to what is there.

  /// max(0, x); NaN stays NaN.
  static func relu(_ values: Input, into results: Output, count: Int)
  /// The gradient of `relu` from its results.
  static func reluGradient(
    _ outputs: Input, _ gradients: Input, into results: Output, count: Int, adds: Bool)
  /// The gradient of `tanh` from its results.
  static func tanhGradient(
    _ outputs: Input, _ gradients: Input, into results: Output, count: Int, adds: Bool)
  /// The gradient of `sigmoid` from its results.
  static func sigmoidGradient(
    _ outputs: Input, _ gradients: Input, into results: Output, count: Int, adds: Bool)
  /// results = x + y.
  static func sum(_ x: Input, _ y: Input, into results: Output, count: Int)
  /// values[i] · scale where the hash of `first` + i is at least `threshold`, 0 elsewhere.
  static func drop(
    _ values: Input, into results: Output, count: Int, first: UInt32, keys: (UInt32, UInt32),
    threshold: UInt32, scale: Self, adds: Bool)

  /// The sums of each channel and of its squares over `rows` rows, in Double.
  static func channelSums(
    rows: Int, channels: Int, _ values: Input, sums: UnsafeMutablePointer<Double>,
    squares: UnsafeMutablePointer<Double>)
  /// sums[c] = Σ gradient, products[c] = Σ gradient · value, over rows.
  static func channelProducts(
    rows: Int, channels: Int, _ values: Input, _ gradients: Input,
    sums: UnsafeMutablePointer<Double>, products: UnsafeMutablePointer<Double>)
  /// results[r][c] = values[r][c] · factors[c] + offsets[c].
  static func scaleChannels(
    rows: Int, channels: Int, _ values: Input, factors: Input, offsets: Input, into results: Output)
  /// results[r][c] = gradients[r][c] · a[c] + values[r][c] · b[c] + d[c].
  static func combineChannels(
    rows: Int, channels: Int, _ gradients: Input, a: Input, _ values: Input, b: Input, d: Input,
    into results: Output, adds: Bool)

  /// The maxima of one row of windows of an image, and where each was found first.
  static func maxPool(
    _ windows: PoolWindows, row: Int, _ image: Input, into results: Output, places: PoolPlaces?)
  /// The gradients of one row of an image from those of the maxima of the whole image.
  static func maxPoolGradient(
    _ windows: PoolWindows, row: Int, _ gradients: Input, places: PoolPlaces, into results: Output,
    adds: Bool)
  /// The means of one row of windows of an image.
  static func averagePool(
    _ windows: PoolWindows, row: Int, _ image: Input, into results: Output)
  /// The gradients of one row of an image from those of the means of the whole image.
  static func averagePoolGradient(
    _ windows: PoolWindows, row: Int, _ gradients: Input, into results: Output, adds: Bool)
}

extension NetworkScalar {
  /// Columns of a packed panel.
  package static var panelColumns: Int { 32 }
}

/// What one step of an LSTM reads and writes, `count` units of one row.
///
/// i = σ(i + p_i·c⁻), f = σ(f + p_f·c⁻), g = tanh(g), c = f·c⁻ + i·g, o = σ(o + p_o·c), h = o·tanh(c)
/// (Hochreiter and Schmidhuber 1997; Gers et al. 2000, 2002 for the forget gate and the peepholes).
@safe package struct LSTMStep<Scalar: NetworkScalar> {
  // SAFETY: the caller's memory for one call, `count` numbers behind each pointer.
  package var count: Int
  /// Sums in, gates out.
  package var i, f, g, o: UnsafeMutablePointer<Scalar>
  /// The weights of the peepholes, or nil.
  package var peepI, peepF, peepO: UnsafePointer<Scalar>?
  package var previousCell: UnsafePointer<Scalar>
  package var cell, squashed, h: UnsafeMutablePointer<Scalar>

  package init(
    count: Int, i: UnsafeMutablePointer<Scalar>, f: UnsafeMutablePointer<Scalar>,
    g: UnsafeMutablePointer<Scalar>, o: UnsafeMutablePointer<Scalar>, peepI: UnsafePointer<Scalar>?,
    peepF: UnsafePointer<Scalar>?, peepO: UnsafePointer<Scalar>?,
    previousCell: UnsafePointer<Scalar>, cell: UnsafeMutablePointer<Scalar>,
    squashed: UnsafeMutablePointer<Scalar>, h: UnsafeMutablePointer<Scalar>
  ) {
    self.count = count
    unsafe self.i = i
    unsafe self.f = f
    unsafe self.g = g
    unsafe self.o = o
    unsafe self.peepI = peepI
    unsafe self.peepF = peepF
    unsafe self.peepO = peepO
    unsafe self.previousCell = previousCell
    unsafe self.cell = cell
    unsafe self.squashed = squashed
    unsafe self.h = h
  }
}

/// What the gradients of one step of an LSTM read and write.
@safe package struct LSTMGradientStep<Scalar: NetworkScalar> {
  // SAFETY: the caller's memory for one call, `count` numbers behind each pointer.
  package var count: Int
  package var i, f, g, o: UnsafePointer<Scalar>
  package var peepI, peepF, peepO: UnsafePointer<Scalar>?
  package var previousCell, squashed, dh: UnsafePointer<Scalar>
  /// In: the gradient that comes from the next step's cell. Out: that for the step before.
  package var dCell: UnsafeMutablePointer<Scalar>
  /// The gradients of the sums; they may be the gates' own places.
  package var dI, dF, dG, dO: UnsafeMutablePointer<Scalar>

  package init(
    count: Int, i: UnsafePointer<Scalar>, f: UnsafePointer<Scalar>, g: UnsafePointer<Scalar>,
    o: UnsafePointer<Scalar>, peepI: UnsafePointer<Scalar>?, peepF: UnsafePointer<Scalar>?,
    peepO: UnsafePointer<Scalar>?, previousCell: UnsafePointer<Scalar>,
    squashed: UnsafePointer<Scalar>, dh: UnsafePointer<Scalar>, dCell: UnsafeMutablePointer<Scalar>,
    dI: UnsafeMutablePointer<Scalar>, dF: UnsafeMutablePointer<Scalar>,
    dG: UnsafeMutablePointer<Scalar>, dO: UnsafeMutablePointer<Scalar>
  ) {
    self.count = count
    unsafe self.i = i
    unsafe self.f = f
    unsafe self.g = g
    unsafe self.o = o
    unsafe self.peepI = peepI
    unsafe self.peepF = peepF
    unsafe self.peepO = peepO
    unsafe self.previousCell = previousCell
    unsafe self.squashed = squashed
    unsafe self.dh = dh
    unsafe self.dCell = dCell
    unsafe self.dI = dI
    unsafe self.dF = dF
    unsafe self.dG = dG
    unsafe self.dO = dO
  }
}

/// What one step of a GRU reads and writes: r = σ(x_r + h_r), z = σ(x_z + h_z),
/// n = tanh(x_n + r·h_n), h = (1 - z)·n + z·h⁻ (Cho et al. 2014, in cuDNN's and PyTorch's form).
@safe package struct GRUStep<Scalar: NetworkScalar> {
  // SAFETY: the caller's memory for one call, `count` numbers behind each pointer.
  package var count: Int
  /// Input projections in, gates out.
  package var r, z, n: UnsafeMutablePointer<Scalar>
  /// Recurrent projections, biases included.
  package var hr, hz, hn: UnsafePointer<Scalar>
  package var previous: UnsafePointer<Scalar>
  package var h: UnsafeMutablePointer<Scalar>

  package init(
    count: Int, r: UnsafeMutablePointer<Scalar>, z: UnsafeMutablePointer<Scalar>,
    n: UnsafeMutablePointer<Scalar>, hr: UnsafePointer<Scalar>, hz: UnsafePointer<Scalar>,
    hn: UnsafePointer<Scalar>, previous: UnsafePointer<Scalar>, h: UnsafeMutablePointer<Scalar>
  ) {
    self.count = count
    unsafe self.r = r
    unsafe self.z = z
    unsafe self.n = n
    unsafe self.hr = hr
    unsafe self.hz = hz
    unsafe self.hn = hn
    unsafe self.previous = previous
    unsafe self.h = h
  }
}

/// What the gradients of one step of a GRU read and write.
@safe package struct GRUGradientStep<Scalar: NetworkScalar> {
  // SAFETY: the caller's memory for one call, `count` numbers behind each pointer.
  package var count: Int
  package var r, z, n, hn, previous, dh: UnsafePointer<Scalar>
  /// The gradients of the sums of r, z and n; they may be the gates' own places.
  package var dR, dZ, dN: UnsafeMutablePointer<Scalar>
  /// The gradient of h_n.
  package var dHN: UnsafeMutablePointer<Scalar>
  /// The part of the gradient of h⁻ that does not go through the products.
  package var dPrevious: UnsafeMutablePointer<Scalar>

  package init(
    count: Int, r: UnsafePointer<Scalar>, z: UnsafePointer<Scalar>, n: UnsafePointer<Scalar>,
    hn: UnsafePointer<Scalar>, previous: UnsafePointer<Scalar>, dh: UnsafePointer<Scalar>,
    dR: UnsafeMutablePointer<Scalar>, dZ: UnsafeMutablePointer<Scalar>,
    dN: UnsafeMutablePointer<Scalar>, dHN: UnsafeMutablePointer<Scalar>,
    dPrevious: UnsafeMutablePointer<Scalar>
  ) {
    self.count = count
    unsafe self.r = r
    unsafe self.z = z
    unsafe self.n = n
    unsafe self.hn = hn
    unsafe self.previous = previous
    unsafe self.dh = dh
    unsafe self.dR = dR
    unsafe self.dZ = dZ
    unsafe self.dN = dN
    unsafe self.dHN = dHN
    unsafe self.dPrevious = dPrevious
  }
}
