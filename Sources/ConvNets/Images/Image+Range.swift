extension Image {
  /// How values outside 0...1 are brought into it.
  public enum RangeMapping: String, CaseIterable, Sendable {
    /// What is below 0 becomes 0, what is above 1 becomes 1.
    case clamp
    /// The sign is dropped, then clamped.
    case absolute
    /// The smallest value becomes 0 and the largest 1, over all planes.
    case stretch
    /// 0 becomes middle grey, and the largest magnitude black or white.
    case centered
  }

  /// The image with all values in 0...1; what is not finite counts as 0.
  public func mapped(by mapping: RangeMapping) -> Image {
    let values = values.map { $0.isFinite ? $0 : 0 }
    func image(_ transform: (Float) -> Float) -> Image {
      Image(shape: shape, values: values.map { min(1, max(0, transform($0))) })
    }
    switch mapping {
    case .clamp: return image { $0 }
    case .absolute: return image { abs($0) }
    case .stretch:
      let (low, high) = (values.min() ?? 0, values.max() ?? 0)
      let scale = high > low ? 1 / (high - low) : 0
      return image { ($0 - low) * scale }
    case .centered:
      let largest = values.reduce(0) { max($0, abs($1)) }
      let scale = largest > 0 ? 0.5 / largest : 0
      return image { 0.5 + $0 * scale }
    }
  }
}
