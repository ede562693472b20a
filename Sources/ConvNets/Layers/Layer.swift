/// One layer of a network: what it computes, without its numbers.
///
/// Extents are given as rows and columns, h x w.
public enum Layer: Hashable, Sendable {
  /// The images themselves.
  case input
  /// Cross-correlation with learned filters (LeCun et al. 1989).
  case convolution(Convolution)
  /// The transpose of a convolution's linear map: it enlarges (Zeiler et al. 2010).
  case transposedConvolution(TransposedConvolution)
  /// Every output is a weighted sum of all inputs.
  case fullyConnected(outputs: Int, hasBias: Bool)
  /// max(0, x).
  case relu
  /// The hyperbolic tangent.
  case tanh
  /// The logistic function.
  case sigmoid
  /// The largest value of each window.
  case maxPool(Pooling)
  /// The mean of each window.
  case averagePool(Pooling)
  /// The means of windows laid out so that height x width of them cover the input; see
  /// ``AdaptiveWindow``.
  case adaptiveAveragePool(height: Int, width: Int)
  /// The same with the largest values.
  case adaptiveMaxPool(height: Int, width: Int)
  /// Ioffe and Szegedy 2015.
  case batchNorm(BatchNorm)
  /// Krizhevsky et al. 2012, section 3.3.
  case localResponseNorm(LocalResponseNorm)
  /// In training, each value is dropped with this probability and the others divided by 1 - rate
  /// (Srivastava et al. 2014).
  case dropout(rate: Double)
  /// The sum of inputs of one shape: the end of a residual block (He et al. 2016).
  case add
  /// The inputs' channels one after another: the end of an inception block (Szegedy et al. 2015).
  case concatenate
  /// All values in the order [channel, row, column] as the channels of one place.
  case flatten

  /// The settings of a convolution.
  public struct Convolution: Hashable, Sendable {
    /// Filters, the channels of the output.
    public var outputs: Int
    /// The filters' extents.
    public var kernel: Extent
    /// Places of the input from one output to the next.
    public var stride = Extent(1)
    /// Zeros around the input on each side.
    public var padding = Extent(0)
    /// Places of the input from one weight to the next (Yu and Koltun 2016).
    public var dilation = Extent(1)
    /// Input and output channels are cut into so many groups that do not see each other.
    public var groups = 1
    /// Whether each filter adds a number of its own.
    public var hasBias = true

    /// Filters of these extents, stride and dilation 1, no padding, with bias.
    public init(outputs: Int, kernel: Extent) {
      self.outputs = outputs
      self.kernel = kernel
    }
  }

  /// The settings of a transposed convolution: those of the convolution whose transpose it is.
  public struct TransposedConvolution: Hashable, Sendable {
    /// Channels of the output.
    public var outputs: Int
    /// The filters' extents.
    public var kernel: Extent
    /// Places of the output from one input to the next.
    public var stride = Extent(1)
    /// What is cut off the output on each side.
    public var padding = Extent(0)
    /// Rows and columns added at the output's end, below the stride.
    public var outputPadding = Extent(0)
    /// Places of the output from one weight to the next.
    public var dilation = Extent(1)
    /// Groups of channels that do not see each other.
    public var groups = 1
    /// Whether each output channel adds a number of its own.
    public var hasBias = true

    /// Filters of these extents, stride and dilation 1, no padding, with bias.
    public init(outputs: Int, kernel: Extent) {
      self.outputs = outputs
      self.kernel = kernel
    }
  }

  /// The settings of pooling.
  public struct Pooling: Hashable, Sendable {
    /// The window's extents.
    public var kernel: Extent
    /// Places of the input from one window to the next.
    public var stride: Extent
    /// Rows and columns around the input that no maximum is taken from; at most half a window.
    public var padding = Extent(0)
    /// Whether a window may reach beyond the end of the input; it starts inside it.
    public var roundsUp = false
    /// Whether the zeros of the padding count for the mean.
    public var countsPadding = true

    /// Windows of these extents, beside each other if no stride is given.
    public init(kernel: Extent, stride: Extent? = nil) {
      self.kernel = kernel
      self.stride = stride ?? kernel
    }
  }

  /// The settings of batch normalisation.
  public struct BatchNorm: Hashable, Sendable {
    /// Added to the variance.
    public var epsilon = 1e-5
    /// The share of the newest batch in the running statistics.
    public var momentum = 0.1

    /// Epsilon 1e-5, momentum 0.1.
    public init() {}
  }

  /// The settings of local response normalisation:
  /// y = x / (k + alpha / size · Σ x²)^beta over `size` neighbouring channels.
  public struct LocalResponseNorm: Hashable, Sendable {
    /// Channels in the sum.
    public var size = 5
    /// The weight of the mean square.
    public var alpha = 1e-4
    /// The power.
    public var beta = 0.75
    /// What is added.
    public var k = 1.0

    /// Size 5, alpha 1e-4, beta 0.75, k 1.
    public init() {}
  }
}

/// Rows and columns.
public struct Extent: Hashable, Sendable {
  /// Rows.
  public var height: Int
  /// Columns.
  public var width: Int

  /// An extent of so many rows and columns.
  public init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  /// As many rows as columns.
  public init(_ size: Int) { self.init(size, size) }
}

/// The windows of adaptive pooling: window i of n over `count` places.
public enum AdaptiveWindow {
  /// The places ⌊i · count / n⌋ ..< ⌈(i + 1) · count / n⌉.
  public static func places(_ index: Int, of windows: Int, over count: Int) -> Range<Int> {
    index * count / windows..<((index + 1) * count + windows - 1) / windows
  }
}
