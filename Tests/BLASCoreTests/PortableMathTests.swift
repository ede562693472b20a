import BLASCore
import TestSupport
import Testing
import WordtoolCore

#if canImport(Glibc)
import Glibc
#endif

@Suite("Elementary functions with the same bits everywhere")
struct PortableMathTests {
  enum Function: CaseIterable, Sendable {
    case exp, exp10, log, log10, pow, sineOfTurns, cosineOfTurns, sineOfDegrees, cosineOfDegrees

    func callAsFunction(_ x: Double, _ y: Double = 0) -> Double {
      switch self {
      case .exp: PortableMath.exp(x)
      case .exp10: PortableMath.exp10(x)
      case .log: PortableMath.log(x)
      case .log10: PortableMath.log10(x)
      case .pow: PortableMath.pow(x, y)
      case .sineOfTurns: PortableMath.sine(turns: x)
      case .cosineOfTurns: PortableMath.cosine(turns: x)
      case .sineOfDegrees: PortableMath.sine(degrees: x)
      case .cosineOfDegrees: PortableMath.cosine(degrees: x)
      }
    }

    /// Arguments all over the range: extreme ones, and those near 1 and 0.
    func arguments(_ count: Int) -> [(Double, Double)] {
      var source = RandomSource(seed: 31)
      func unit() -> Double { Double(source.next() >> 11) * 0x1p-53 }
      func between(_ low: Double, _ high: Double) -> Double { low + (high - low) * unit() }
      return (0..<count).map { number in
        switch (self, number % 3) {
        case (.exp, 0): (between(-745, 709.7), 0)
        case (.exp10, 0): (between(-323, 308), 0)
        case (.exp, 1), (.exp10, 1): (between(-30, 30), 0)
        case (.exp, _), (.exp10, _): (between(-1, 1), 0)
        case (.log, 0), (.log10, 0):
          (Double(bitPattern: source.next() % Double.infinity.bitPattern), 0)
        case (.log, 1), (.log10, 1): (between(0, 2), 0)
        case (.log, _), (.log10, _): (between(0.99, 1.01), 0)
        case (.pow, 0): (PortableMath.exp(between(-20, 20)), between(-35, 35))
        case (.pow, 1): (between(0.5, 2), between(-1000, 1000))
        case (.pow, _): (between(0.999, 1.001), between(-700_000, 700_000))
        case (.sineOfTurns, 0), (.cosineOfTurns, 0): (between(-3, 3), 0)
        case (.sineOfDegrees, 0), (.cosineOfDegrees, 0): (between(-1000, 1000), 0)
        case (.sineOfDegrees, _), (.cosineOfDegrees, _): (between(-180, 180), 0)
        case (.sineOfTurns, _), (.cosineOfTurns, _): (between(-0.5, 0.5), 0)
        }
      }
    }
  }

  /// The distance of a value to another in units of the last place of the other.
  static func distance(_ value: Double, to exact: Double) -> Double {
    value == exact ? 0 : (value - exact).magnitude / exact.ulp
  }

  @Test("the error is below one unit of the last place: mpmath's nearest numbers")
  func goldenValues() {
    for (function, x, y, nearest) in Self.golden {
      let value = function(x, y)
      #expect(Self.distance(value, to: nearest) <= 1, "\(function)(\(x), \(y)): \(value)")
    }
  }

  #if arch(x86_64) && canImport(Glibc)
  /// The function with 64 bits.
  static func exact(_ function: Function, _ x: Double, _ y: Double) -> Float80 {
    let x = Float80(x)
    /// The sine of quarters of a turn and a rest, all of them exact.
    func sine(_ x: Float80, period: Float80, quartersOn: Float80) -> Float80 {
      let quarters = (x / period * 4).rounded()
      let rest = (x - quarters * period / 4) / period * (2 * Float80.pi)
      let place = (quarters + quartersOn).truncatingRemainder(dividingBy: 4)
      let value = place.truncatingRemainder(dividingBy: 2) == 0 ? sinl(rest) : cosl(rest)
      return (place + 4).truncatingRemainder(dividingBy: 4) < 2 ? value : -value
    }
    return switch function {
    case .exp: expl(x)
    case .exp10: powl(10, x)
    case .log: logl(x)
    case .log10: log10l(x)
    case .pow: powl(x, Float80(y))
    case .sineOfTurns: sine(x, period: 1, quartersOn: 0)
    case .cosineOfTurns: sine(x, period: 1, quartersOn: 1)
    case .sineOfDegrees: sine(x, period: 360, quartersOn: 0)
    case .cosineOfDegrees: sine(x, period: 360, quartersOn: 1)
    }
  }

  @Test(
    "the error is below one unit of the last place: numbers of 64 bits",
    arguments: Function.allCases)
  func denseSweep(_ function: Function) {
    var worst = 0.0
    for (x, y) in function.arguments(60_000) {
      let exact = Self.exact(function, x, y)
      // The unit of the result before it is rounded; that of subnormal numbers below 2^-1022.
      let unit =
        exact.magnitude < 0x1p-1022
        ? Float80(Double.leastNonzeroMagnitude)
        : Float80(sign: .plus, exponent: exact.exponent - 52, significand: 1)
      let error = Double((Float80(function(x, y)) - exact).magnitude / unit)
      if !(error <= worst) { worst = error }
    }
    #expect(worst < 0.95, "\(function)")
    if function == .log10 { #expect(worst < 0.51) }
  }
  #endif

  @Test("infinities, zeros, NaN and results beyond the range are C's")
  func specialValues() {
    let (infinity, nan) = (Double.infinity, Double.nan)
    for x in [infinity, 709.79, 1e300] { #expect(PortableMath.exp(x) == infinity) }
    for x in [-infinity, -745.14, -1e300] { #expect(PortableMath.exp(x) == 0) }
    #expect(PortableMath.exp(-745.13) == 0x1p-1074)
    #expect(PortableMath.exp(709.78).isFinite && PortableMath.exp(0.0) == 1)
    #expect(PortableMath.exp10(309) == infinity && PortableMath.exp10(-324) == 0)
    #expect(PortableMath.log(infinity) == infinity && PortableMath.log10(infinity) == infinity)
    for zero in [0.0, -0.0] {
      #expect(PortableMath.log(zero) == -infinity && PortableMath.log10(zero) == -infinity)
    }
    #expect(PortableMath.log(1.0).bitPattern == 0 && PortableMath.log10(1).bitPattern == 0)
    for x in [-1, -infinity, nan] {
      #expect(PortableMath.log(x).isNaN && PortableMath.log10(x).isNaN)
    }
    for function in Function.allCases { #expect(function(nan, nan).isNaN, "\(function)") }
    for x in [infinity, -infinity] {
      for function in [Function.sineOfTurns, .cosineOfTurns, .sineOfDegrees, .cosineOfDegrees] {
        #expect(function(x).isNaN, "\(function)")
      }
    }
    #expect(PortableMath.exp(Float(1)) == 2.7182817 && PortableMath.log(Float(2)) == 0.6931472)
  }

  #if canImport(Glibc)
  @Test("powers of special numbers are C's")
  func specialPowers() {
    let numbers = [
      .infinity, -.infinity, .nan, 0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 1e300, -1e300, 1e-300,
      0x1p53, 0x1p53 + 2, 0x1p-1074, -0x1p-1074, 1.5, 0x1p64, 1.0000000000000002,
    ]
    for x in numbers {
      for y in numbers {
        let (value, expected) = (PortableMath.pow(x, y), Glibc.pow(x, y))
        #expect(
          value.isNaN && expected.isNaN
            || value.sign == expected.sign && Self.distance(value, to: expected) <= 1,
          "\(x)^\(y): \(value)")
      }
    }
  }
  #endif

  @Test("powers and logarithms of 10, and angles of whole quarters, are exact")
  func exactPlaces() {
    for exponent in -30...308 {
      #expect(Double("1e\(exponent)").map { PortableMath.log10($0) } == Double(exponent))
    }
    for exponent in 0...22 {
      #expect(PortableMath.exp10(Double(exponent)) == Double("1e\(exponent)"))
    }
    for turns in -3...3 {
      for (quarter, (sine, cosine)) in [(0.0, 1.0), (1, 0), (0, -1), (-1, 0)].enumerated() {
        let place = Double(turns) + Double(quarter) / 4
        #expect(PortableMath.sine(turns: place) == sine)
        #expect(PortableMath.cosine(turns: place) == cosine)
        #expect(PortableMath.sine(degrees: 360 * place) == sine)
        #expect(PortableMath.cosine(degrees: 360 * place) == cosine)
      }
    }
    #expect(PortableMath.sine(turns: -0.0).sign == .minus)
    #expect(PortableMath.cosine(degrees: 1e300).magnitude <= 1)
  }

  @Test("functions do not fall where pieces of them meet")
  func monotone() {
    /// Rises from `place` on, in steps of a few units of the result's last place.
    func check(_ function: Function, around place: Double, step: Double) {
      let values = (-50...50).map { function(place + Double($0) * step) }
      for (before, after) in zip(values, values.dropFirst()) {
        #expect(before <= after, "\(function) near \(place)")
      }
    }
    for n in -1000...1000 where n % 37 == 0 {
      // Where the power of two changes.
      let place = (Double(n) + 0.5) * 0.693147180559945
      check(.exp, around: place, step: max(place.ulp, 0x1p-51))
      let root = Double(sign: .plus, exponent: n, significand: 0.5.squareRoot() * 2)
      check(.log, around: root, step: max(root.ulp, root * PortableMath.log(root).ulp * 2))
      check(.log10, around: root, step: max(root.ulp, root * PortableMath.log10(root).ulp * 4))
    }
    check(.sineOfDegrees, around: 45, step: 0x1p-46)
    check(.sineOfDegrees, around: -45, step: 0x1p-46)
    check(.sineOfTurns, around: 0.125, step: 0x1p-53)
    check(.cosineOfTurns, around: -0.125, step: 0x1p-53)
  }

  @Test("the bits are these on every machine", arguments: Function.allCases)
  func pinnedBits(_ function: Function) {
    var digest = SHA256()
    digest.update(function.arguments(5_000).map { function($0.0, $0.1) })
    #expect(digest.hexadecimal == Self.pinned[function])
  }

  static let pinned: [Function: String] = [
    .exp: "e419f8dc893bfd0155e852b2c4d12846cfc0a170a8edcc6bada4dd9ecf379fe1",
    .exp10: "7eee345e198d4889237131c8025d16c12bc730302ae8ddcd7b08e8dd7b3100d6",
    .log: "511c62f8884f11983da73af5c3e9064f57fd1ff451a09e60124f384de83d37da",
    .log10: "c884d166ea07f67741edbf37c346bfdd6e0e76e61030bbd9786e63c32d95bfe1",
    .pow: "84e3462dfc698b50fce942b0e53dc2fb61a760431ee87af78ff43fdf8515c586",
    .sineOfTurns: "25a647e0b8f7e53f614349d846daa419abeab8886e74663cc342b72b35cca83f",
    .cosineOfTurns: "70b5f9e4df90ce0d78e443159d65296f503a20393fad484c02e0f9e1f9396ee9",
    .sineOfDegrees: "6648e387c22089ad51facba005c2cd904a15b0984c3bc96efe7bc22942ebb68b",
    .cosineOfDegrees: "d9576caebd6814d6d48634b02fa9246787de3cb351689521e22806029fc13ca8",
  ]

  /// Written by `python3 Scripts/golden/portable_math.py --values`.
  static let golden: [(Function, Double, Double, Double)] = [
    (.exp, -0x1.ffe3dadb63aabp+8, 0, 0x1.69b9ba56a4184p-739),
    (.exp, 0x1.e668405665798p+8, 0, 0x1.aac4110962621p+701),
    (.exp, 0x1.7148d2cd0b2f8p+8, 0, 0x1.b2ffc4c821710p+532),
    (.exp, -0x1.56e742dc5d3e0p+8, 0, 0x1.3a161927b5647p-495),
    (.exp, -0x1.9904257538800p+2, 0, 0x1.b78f045cd6d20p-10),
    (.exp, -0x1.1ad99c096da78p+6, 0, 0x1.fa25b5e02254ap-103),
    (.exp, 0x1.a875d7c4dd860p+7, 0, 0x1.22b3f579c2a94p+306),
    (.exp, 0x1.943672f4bdf98p+8, 0, 0x1.1d29dc6704b1dp+583),
    (.log, 0x1.48158baed590bp-1, 0, -0x1.c7bc5af85d99dp-2),
    (.log10, 0x1.48158baed590bp-1, 0, -0x1.8bd8d88be1bfcp-3),
    (.log, 0x1.262ebbdd2832bp+0, 0, 0x1.1cb81f92d8647p-3),
    (.log10, 0x1.262ebbdd2832bp+0, 0, 0x1.ee9ba3983cc69p-5),
    (.log, 0x1.8b33277560eafp-455, 0, -0x1.3af29ff240291p+8),
    (.log10, 0x1.8b33277560eafp-455, 0, -0x1.118f657fd3bc4p+7),
    (.log, 0x1.b3e6bd3afb07bp+0, 0, 0x1.10818f059c894p-1),
    (.log10, 0x1.b3e6bd3afb07bp+0, 0, 0x1.d9643d6c4b517p-3),
    (.log, 0x1.da25ecbf3c934p+0, 0, 0x1.3b913a1268b2fp-1),
    (.log10, 0x1.da25ecbf3c934p+0, 0, 0x1.1219280ebb335p-2),
    (.log, 0x1.138adc1e5b3eep-1, 0, -0x1.3d39fc9f1cf9fp-1),
    (.log10, 0x1.138adc1e5b3eep-1, 0, -0x1.138a19296477ap-2),
    (.log, 0x1.e8a21e8a4c9a0p-220, 0, -0x1.2fb11fb0aa1d7p+7),
    (.log10, 0x1.e8a21e8a4c9a0p-220, 0, -0x1.07c88e77a76c0p+6),
    (.log, 0x1.a6592c9d0724ap-137, 0, -0x1.79d790224468bp+6),
    (.log10, 0x1.a6592c9d0724ap-137, 0, -0x1.48307e6595d53p+5),
    (.exp10, -0x1.1a9355c46d83fp+8, 0, 0x1.3c23a6d855a47p-939),
    (.exp10, -0x1.4df851f371e1cp+7, 0, 0x1.3886df132bb89p-555),
    (.exp10, -0x1.2a23b9947ff28p+5, 0, 0x1.261d2b9142f74p-124),
    (.exp10, -0x1.419eaf448c500p+1, 0, 0x1.92951664a7c0dp-9),
    (.exp10, -0x1.404c74f6251abp+7, 0, 0x1.fe62882a6578dp-533),
    (.exp10, -0x1.42f5cc6679043p+7, 0, 0x1.7d4e1801ebf99p-537),
    (.exp10, -0x1.5176771fdb9b6p+7, 0, 0x1.66aa70261319dp-561),
    (.exp10, -0x1.83ce85c94e820p+4, 0, 0x1.65e3bba91ec69p-81),
    (.pow, 0x1.4ebd6c82b66e4p-13, -0x1.cb5eb0a60ef3ep+4, 0x1.1822b7e296abfp+362),
    (.pow, 0x1.316d06fca8bb8p+20, 0x1.b191b6f54d0f0p+1, 0x1.8623eec4efd2fp+68),
    (.pow, 0x1.739d3b7639f67p+8, -0x1.2d87ad147a477p+4, 0x1.12d6716669519p-161),
    (.pow, 0x1.777bb615d9d60p+29, 0x1.598c757b911cep+4, 0x1.2ea35485e191bp+638),
    (.pow, 0x1.3127a29065fcfp-23, -0x1.4139a9990fd92p+3, 0x1.435a5ba2a5b50p+228),
    (.pow, 0x1.38cb0297a61c9p+13, 0x1.957cfa8831220p+3, 0x1.5008a4c7f4581p+168),
    (.pow, 0x1.235096ff386b6p+26, -0x1.2b1bef4c4bb4cp+2, 0x1.883df159a2f38p-123),
    (.pow, 0x1.be624fa5d8f20p+19, 0x1.46fc978d905e0p+3, 0x1.4522a3e7876b1p+202),
    (.sineOfTurns, -0x1.92b387b741550p-1, 0, 0x1.f2935888c6dddp-1),
    (.cosineOfTurns, -0x1.92b387b741550p-1, 0, 0x1.d1e64b0d34354p-3),
    (.sineOfDegrees, 0x1.f876dbcce28f8p+6, 0, 0x1.9d9b2e8bcab1bp-1),
    (.cosineOfDegrees, 0x1.f876dbcce28f8p+6, 0, -0x1.2dc8d9cc57764p-1),
    (.sineOfTurns, 0x1.87a8933feb188p+0, 0, -0x1.7eb1f5ddb6ca8p-3),
    (.cosineOfTurns, 0x1.87a8933feb188p+0, 0, -0x1.f6fb4c7cccc1ep-1),
    (.sineOfDegrees, 0x1.f28637615d4b0p+8, 0, 0x1.531952ab9893bp-1),
    (.cosineOfDegrees, 0x1.f28637615d4b0p+8, 0, -0x1.7f9bec79ad16ep-1),
    (.sineOfTurns, 0x1.5a47cc965a500p-6, 0, 0x1.0f2b5ce2a4739p-3),
    (.cosineOfTurns, 0x1.5a47cc965a500p-6, 0, 0x1.fb7df81526e4fp-1),
    (.sineOfDegrees, 0x1.005395b32f048p+7, 0, 0x1.928fcd29ee449p-1),
    (.cosineOfDegrees, 0x1.005395b32f048p+7, 0, -0x1.3c5df195151d9p-1),
    (.sineOfTurns, -0x1.dca542c287ec4p+0, 0, 0x1.8695e6c9210c4p-1),
    (.cosineOfTurns, -0x1.dca542c287ec4p+0, 0, 0x1.4b0a067100d36p-1),
    (.sineOfDegrees, -0x1.7274560e20e44p+8, 0, -0x1.739def0c78b7ap-3),
    (.cosineOfDegrees, -0x1.7274560e20e44p+8, 0, 0x1.f7802407eb7aap-1),
    (.sineOfTurns, 0x1.308abd33bfb64p+0, 0, 0x1.db9731b386eb1p-1),
    (.cosineOfTurns, 0x1.308abd33bfb64p+0, 0, 0x1.7b3feac238f8fp-2),
    (.sineOfDegrees, -0x1.ed8d2631627a0p+6, 0, -0x1.ab807d0e29241p-1),
    (.cosineOfDegrees, -0x1.ed8d2631627a0p+6, 0, -0x1.19c16369dede9p-1),
    (.sineOfTurns, -0x1.4ed725d102162p+0, 0, -0x1.de690d18b1408p-1),
    (.cosineOfTurns, -0x1.4ed725d102162p+0, 0, -0x1.6cc9abfa9b43bp-2),
    (.sineOfDegrees, 0x1.1914b39b912a8p+6, 0, 0x1.e1f17161bb8f2p-1),
    (.cosineOfDegrees, 0x1.1914b39b912a8p+6, 0, 0x1.59afc7ac07039p-2),
    (.sineOfTurns, 0x1.9fd3d5c69d4bcp-1, 0, -0x1.d970a8f1048a5p-1),
    (.cosineOfTurns, 0x1.9fd3d5c69d4bcp-1, 0, 0x1.85dd31d11157dp-2),
    (.sineOfDegrees, 0x1.f684e9c1c1efcp+7, 0, -0x1.e4db149721e8fp-1),
    (.cosineOfDegrees, 0x1.f684e9c1c1efcp+7, 0, -0x1.48fdda1c3b876p-2),
    (.sineOfTurns, -0x1.009bb3e9dd42cp-1, 0, 0x1.e92672e67ddd6p-8),
    (.cosineOfTurns, -0x1.009bb3e9dd42cp-1, 0, -0x1.fffc5958c22afp-1),
    (.sineOfDegrees, -0x1.5f94bd2218298p+6, 0, -0x1.ffa792a4dfccap-1),
    (.cosineOfDegrees, -0x1.5f94bd2218298p+6, 0, 0x1.2cdd1204d4e54p-5),
  ]
}
