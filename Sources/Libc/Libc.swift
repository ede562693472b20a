// The C library of the system under one name: glibc or musl on Linux, Darwin's on macOS. Every file
// that calls it imports this module.

#if canImport(Glibc)
@_exported public import Glibc
#elseif canImport(Musl)
@_exported public import Musl
#else
@_exported public import Darwin
#endif
