import Libc

/// Plain Double code to compare with: slow, and written from the formulas.
public enum Oracle {
  /// e^x.
  public static func exp(_ x: Double) -> Double {
    Libc.exp(x)
  }

  /// The natural logarithm.
  public static func log(_ x: Double) -> Double {
    Libc.log(x)
  }
}
