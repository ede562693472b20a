/// Inner products with 16 partial sums that are added up in one fixed order.
///
/// Swift never fuses or reorders floating-point operations by itself, so these give the same bits
/// on every processor.
enum Dot {
  /// The inner product of two runs of `count` floats.
  @inline(__always)
  static func product(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
    var sums = SIMD16<Float>.zero
    let whole = count & ~15
    var index = 0
    while index < whole {
      unsafe sums += load(a + index) * load(b + index)
      index += 16
    }
    var rest: Float = 0
    while index < count {
      unsafe rest += a[index] * b[index]
      index += 1
    }
    return total(sums) + rest
  }

  /// The inner product of floats and bytes.
  @inline(__always)
  static func product(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Int8>, _ count: Int) -> Float {
    var sums = SIMD16<Float>.zero
    let whole = count & ~15
    var index = 0
    while index < whole {
      let bytes = unsafe UnsafeRawPointer(b + index).loadUnaligned(as: SIMD16<Int8>.self)
      let wide = SIMD16<Int32>(truncatingIfNeeded: bytes)
      unsafe sums += load(a + index) * SIMD16<Float>(wide)
      index += 16
    }
    var rest: Float = 0
    while index < count {
      unsafe rest += a[index] * Float(b[index])
      index += 1
    }
    return total(sums) + rest
  }

  @inline(__always)
  private static func load(_ pointer: UnsafePointer<Float>) -> SIMD16<Float> {
    unsafe UnsafeRawPointer(pointer).loadUnaligned(as: SIMD16<Float>.self)
  }

  @inline(__always)
  static func total(_ sums: SIMD16<Float>) -> Float {
    let eight = sums.lowHalf + sums.highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }
}
