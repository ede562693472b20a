#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Plain Double code to compare with: slow, and written from the formulas.
public enum Oracle {
  /// e^x.
  public static func exp(_ x: Double) -> Double {
    #if canImport(Glibc)
    Glibc.exp(x)
    #elseif canImport(Musl)
    Musl.exp(x)
    #else
    Darwin.exp(x)
    #endif
  }

  /// The natural logarithm.
  public static func log(_ x: Double) -> Double {
    #if canImport(Glibc)
    Glibc.log(x)
    #elseif canImport(Musl)
    Musl.log(x)
    #else
    Darwin.log(x)
    #endif
  }
}
