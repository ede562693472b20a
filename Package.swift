// swift-tools-version: 6.2

import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// For the few targets that handle unsafe memory: every use is marked and argued for.
let audited: [SwiftSetting] = strict + [.strictMemorySafety()]

let package = Package(
  name: "wordtool",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Tokenize", targets: ["Tokenize"]),
    .library(name: "Encoders", targets: ["Encoders"]),
    .library(name: "Subword", targets: ["Subword"]),
    .library(name: "Word2Vec", targets: ["Word2Vec"]),
    .library(name: "Networks", targets: ["Networks"]),
    .library(name: "SeqModels", targets: ["SeqModels"]),
    .library(name: "ConvNets", targets: ["ConvNets"]),
    .executable(name: "wordtool", targets: ["wordtool"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    // C libraries of the system.
    .systemLibrary(
      name: "CICU", pkgConfig: "icu-i18n",
      providers: [.apt(["libicu-dev"]), .brew(["icu4c"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng",
      providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .systemLibrary(
      name: "CJPEG", pkgConfig: "libturbojpeg",
      providers: [.apt(["libturbojpeg0-dev"]), .brew(["jpeg-turbo"])]),

    // Our C: wrappers that hide ICU's versioned symbols, and the SIMD inner loops.
    .target(
      name: "CICUShims", dependencies: ["CICU"],
      linkerSettings: [.linkedLibrary("icui18n"), .linkedLibrary("icuuc")]),
    .target(name: "CKernels"),

    // Libraries, from the bottom up.
    .target(name: "Platform", dependencies: ["CZlib"], swiftSettings: audited),
    .target(
      name: "BLASCore", dependencies: ["COpenBLAS", "CKernels", "Platform"],
      swiftSettings: audited),
    .target(
      name: "Tokenize", dependencies: ["CICUShims", "Platform"], swiftSettings: audited),
    .target(
      name: "Encoders", dependencies: ["BLASCore", "CZlib", "Tokenize", "Platform"],
      swiftSettings: strict),
    .target(name: "Subword", dependencies: ["Platform"], swiftSettings: strict),
    .target(
      name: "Word2Vec", dependencies: ["BLASCore", "CKernels", "Tokenize", "Platform"],
      swiftSettings: strict),
    .target(
      name: "Networks", dependencies: ["BLASCore", "CKernels", "Platform"],
      swiftSettings: strict),
    .target(
      name: "SeqModels", dependencies: ["Networks", "BLASCore", "Tokenize", "Platform"],
      swiftSettings: strict),
    .target(
      name: "ConvNets", dependencies: ["BLASCore", "CJPEG", "CPNG", "Networks", "Platform"],
      swiftSettings: strict),
    .target(
      name: "Corpora", dependencies: ["Platform"], path: "corpora",
      exclude: ["README.md"], sources: ["Sources"],
      resources: [.copy("atlas"), .copy("vectors")], swiftSettings: strict),
    .executableTarget(
      name: "wordtool",
      dependencies: [
        "Platform", "BLASCore", "Tokenize", "Encoders", "Subword", "Word2Vec", "Networks",
        "SeqModels", "ConvNets", "Corpora",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // Tests.
    .target(
      name: "TestSupport", dependencies: ["Platform"], path: "Tests/TestSupport",
      swiftSettings: strict),
    .testTarget(
      name: "PlatformTests", dependencies: ["Platform", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "BLASCoreTests", dependencies: ["BLASCore", "CKernels", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "TokenizeTests", dependencies: ["Tokenize", "Platform", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "EncodersTests",
      dependencies: ["Encoders", "Tokenize", "Platform", "TestSupport"],
      resources: [.copy("Fixtures")], swiftSettings: strict),
    .testTarget(
      name: "SubwordTests", dependencies: ["Subword", "Platform", "TestSupport"],
      resources: [.copy("Fixtures")], swiftSettings: strict),
    .testTarget(
      name: "Word2VecTests",
      dependencies: ["Word2Vec", "BLASCore", "Tokenize", "Platform", "TestSupport"],
      resources: [.copy("Fixtures")], swiftSettings: strict),
    .testTarget(
      name: "SeqModelsTests",
      dependencies: [
        "SeqModels", "Networks", "BLASCore", "Tokenize", "Platform", "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "ConvNetsTests",
      dependencies: ["ConvNets", "BLASCore", "CKernels", "Networks", "Platform", "TestSupport"],
      resources: [.copy("Fixtures")], swiftSettings: strict),
    .testTarget(
      name: "CorporaTests", dependencies: ["Corpora", "Platform", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "WordToolTests", dependencies: ["wordtool", "Platform", "TestSupport"],
      exclude: ["Help"],
      swiftSettings: strict),
  ],
  cLanguageStandard: .c17
)
