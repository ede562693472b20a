import Libc

/// Descriptors 0, 1 and 2.
enum StandardDescriptors {
  /// Fills the places of those that the parent process closed, so that no file the tool opens gets
  /// their number and with it the tool's messages.
  ///
  /// What is put there fails when it is used, as the closed descriptor would have: reading standard
  /// input is an error and not an empty text.
  static func occupy() {
    for number in STDIN_FILENO...STDERR_FILENO
    where fcntl(number, F_GETFD) < 0 && errno == EBADF {
      // The lowest free number is taken, and all below this one are in use.
      _ = unsafe open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }
}
