/// Options of a training: they can be stored and compared, and they know what they may be.
public protocol TrainingOptions: Codable, Hashable, Sendable {
  /// Checks every property; each trainer calls it before anything else.
  ///
  /// - Throws: ``WordtoolError`` of kind `usage` that names the first property that is out of range,
  ///   and the range.
  func validate() throws
}
