import BLASCore

extension RandomSource {
  /// A number between -`limit` and `limit`.
  mutating func nextSymmetric(_ limit: Double) -> Double { (2 * nextUnit() - 1) * limit }

  /// A number between `low` and `high`.
  mutating func next(from low: Double, to high: Double) -> Double {
    low + (high - low) * nextUnit()
  }

  /// A whole number in 0 ..< `count`, every one as likely.
  mutating func nextIndex(below count: Int) -> Int { Int.random(in: 0..<count, using: &self) }

  /// A number of the normal distribution with mean 0 and variance 1 (Box and Muller, 1958).
  mutating func nextNormal() -> Double {
    // 1 - u is never 0.
    let radius = (-2 * PortableMath.log(1 - nextUnit())).squareRoot()
    return radius * PortableMath.cosine(turns: nextUnit())
  }

  /// A number of the gamma distribution with scale 1 (Marsaglia and Tsang, ACM TOMS 26, 2000).
  mutating func nextGamma(shape: Double) -> Double {
    if shape < 1 {
      let boost = PortableMath.pow(1 - nextUnit(), 1 / shape)
      return nextGamma(shape: shape + 1) * boost
    }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = nextNormal()
      let root = 1 + c * x
      guard root > 0 else { continue }
      let v = root * root * root
      let bound = 0.5 * x * x + d - d * v + d * PortableMath.log(v)
      if PortableMath.log(1 - nextUnit()) < bound { return d * v }
    }
  }

  /// A number of the beta distribution with both parameters `alpha`.
  mutating func nextBeta(_ alpha: Double) -> Double {
    let (one, other) = (nextGamma(shape: alpha), nextGamma(shape: alpha))
    // With a tiny alpha both can underflow; the limit of the distribution is a coin.
    guard one + other > 0 else { return next() & 1 == 0 ? 0 : 1 }
    return one / (one + other)
  }
}
