import COpenBLAS

/// The BLAS this process runs on.
public enum BLASLibrary {
  /// The name of the processor core whose kernels OpenBLAS chose: "Zen", "SkylakeX", "NEOVERSEN1".
  public static var coreName: String { unsafe String(cString: openblas_get_corename()) }

  /// The library, its version and how it was built, in OpenBLAS's own words.
  public static var configuration: String { unsafe String(cString: openblas_get_config()) }
}
