/// What lies beyond the border of an image, in the words of `scipy.ndimage`.
public enum Boundary: String, CaseIterable, Sendable {
  /// One value everywhere: `k k k | a b c d | k k k`.
  case constant
  /// The last pixel goes on: `a a a | a b c d | d d d`.
  case nearest
  /// The image is mirrored at its edge: `c b a | a b c d | d c b`.
  case reflect
  /// The image is repeated: `b c d | a b c d | a b c`.
  case wrap

  /// Which of `count` pixels stands at an index that may lie outside; nil for the constant.
  func index(_ index: Int, count: Int) -> Int? {
    if index >= 0 && index < count { return index }
    switch self {
    case .constant: return nil
    case .nearest: return index < 0 ? 0 : count - 1
    case .wrap:
      let rest = index % count
      return rest < 0 ? rest + count : rest
    case .reflect:
      let period = 2 * count
      var rest = index % period
      if rest < 0 { rest += period }
      return rest < count ? rest : period - 1 - rest
    }
  }
}
