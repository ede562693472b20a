import Libc

extension WordtoolError {
  /// The operating system's words for the current `errno`: "No such file or directory".
  package static func systemMessage(_ code: Int32? = nil) -> String {
    unsafe String(cString: strerror(code ?? errno))
  }
}
