/// What lies beyond the border of an image when it is moved, in the words of
/// `scipy.ndimage.affine_transform`.
public enum FillMode: String, CaseIterable, Sendable {
  /// One value everywhere beyond the outermost pixels' centres.
  case constant
  /// The last pixel goes on: `a a a | a b c d | d d d`.
  case nearest
  /// The image is mirrored at its edge: `c b a | a b c d | d c b`.
  case reflect
  /// The image is repeated so that its last pixel lies on the first of the next: as SciPy's `wrap`,
  /// and therefore Keras's.
  case wrap
  /// The image is repeated pixel after pixel: `b c d | a b c d | a b c`.
  case gridWrap = "grid-wrap"

  /// Coordinates this close to the image are in it: what a rotation by a right angle rounds to.
  private static let tolerance = 1e-9

  /// The two neighbours of a coordinate on a line of `count` pixels and the weight of the second;
  /// nil where the constant stands.
  func neighbours(of coordinate: Double, count: Int) -> (first: Int, second: Int, weight: Double)? {
    // Beyond this no integer is exact; nothing that can be seen lies there.
    guard abs(coordinate) < 1e15 else { return self == .constant ? nil : (0, 0, 0) }
    let last = Double(count - 1)
    var place = coordinate
    if place < 0 || place > last {
      switch self {
      case .constant:
        guard place > -Self.tolerance && place < last + Self.tolerance else { return nil }
        place = min(max(place, 0), last)
      case .nearest: place = min(max(place, 0), last)
      case .wrap:
        if count == 1 { return (0, 0, 0) }
        place -= (place / last).rounded(.down) * last
      case .gridWrap, .reflect: break
      }
    }
    let floor = place.rounded(.down)
    let boundary: Boundary = self == .gridWrap ? .wrap : self == .reflect ? .reflect : .nearest
    return (
      boundary.index(Int(floor), count: count) ?? 0,
      boundary.index(Int(floor) + 1, count: count) ?? 0, place - floor
    )
  }
}
