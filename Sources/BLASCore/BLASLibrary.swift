import COpenBLAS

/// The BLAS this process runs on.
public enum BLASLibrary {
  /// The name of the processor core whose kernels OpenBLAS chose: "Zen", "SkylakeX", "NEOVERSEN1".
  public static var coreName: String { unsafe String(cString: openblas_get_corename()) }

  /// The library, its version and how it was built, in OpenBLAS's own words.
  public static var configuration: String { unsafe String(cString: openblas_get_config()) }

  /// Makes OpenBLAS compute on the caller's thread only, and ends the threads it started when it was
  /// loaded: they spin on the other processors for a tenth of a second, waiting for work that never
  /// comes. Products do so by themselves; a program does it before other work on all processors. It
  /// takes some milliseconds.
  public static func useCallersThreadOnly() { _ = once }

  /// Evaluated once; Swift makes that safe between threads.
  private static let once: Void = {
    openblas_set_num_threads(1)
    wt_openblas_end_threads()
  }()
}
