// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// For all but tests: every use of unsafe memory is marked.
let strict = settings + [.strictMemorySafety()]

let package = Package(
  name: "wordtool",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "WordtoolCore", targets: ["WordtoolCore"]),
    .library(name: "BLASCore", targets: ["BLASCore"]),
    .library(name: "Tokenize", targets: ["Tokenize"]),
    .library(name: "Encoders", targets: ["Encoders"]),
    .library(name: "Subword", targets: ["Subword"]),
    .library(name: "Embedding", targets: ["Embedding"]),
    .library(name: "Word2Vec", targets: ["Word2Vec"]),
    .library(name: "Networks", targets: ["Networks"]),
    .library(name: "SeqModels", targets: ["SeqModels"]),
    .library(name: "ConvNets", targets: ["ConvNets"]),
    .library(name: "ABCNotation", targets: ["ABCNotation"]),
    .library(name: "Charts", targets: ["Charts"]),
    .library(name: "Projection", targets: ["Projection"]),
    .library(name: "Explorer", targets: ["Explorer"]),
    .library(name: "Corpora", targets: ["Corpora"]),
    .executable(name: "wordtool", targets: ["wordtool"]),
  ],
  traits: [
    .trait(
      name: "MPI",
      description: "Training on several machines by MPI. Needs Open MPI (Debian: libopenmpi-dev).")
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
    .systemLibrary(
      name: "CXML2", pkgConfig: "libxml-2.0",
      providers: [.apt(["libxml2-dev"]), .brew(["libxml2"])]),
    .systemLibrary(
      name: "COpenMPI", pkgConfig: "ompi-c",
      providers: [.apt(["libopenmpi-dev"]), .brew(["open-mpi"])]),

    // Our C: wrappers that hide ICU's versioned symbols, and the SIMD inner loops.
    .target(
      name: "CICUShims", dependencies: ["CICU"],
      linkerSettings: [.linkedLibrary("icui18n"), .linkedLibrary("icuuc")]),
    .target(name: "CXML2Shims", dependencies: ["CXML2"]),
    .target(name: "CRSVGShims", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    .target(name: "CCurlShims", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    .target(
      name: "CMPIShims",
      dependencies: [.target(name: "COpenMPI", condition: .when(traits: ["MPI"]))],
      cSettings: [.define("WT_MPI", .when(traits: ["MPI"]))],
      linkerSettings: [.linkedLibrary("mpi", .when(traits: ["MPI"]))]),
    .target(name: "CKernels"),

    // The C library of the system under one name.
    .target(name: "Libc", swiftSettings: strict),

    // Libraries, from the bottom up.
    .target(name: "WordtoolCore", dependencies: ["CZlib", "Libc"], swiftSettings: strict),
    .target(
      name: "MessagePassing", dependencies: ["CMPIShims", "WordtoolCore"], swiftSettings: strict),
    .target(
      name: "BLASCore", dependencies: ["COpenBLAS", "CKernels", "Libc", "WordtoolCore"],
      swiftSettings: strict),
    .target(
      name: "Tokenize",
      dependencies: ["CICUShims", "CXML2Shims", "Libc", "MessagePassing", "WordtoolCore"],
      resources: [.embedInCode("Rules")], swiftSettings: strict),
    .target(
      name: "NumPyFiles", dependencies: ["CZlib", "WordtoolCore"], swiftSettings: strict),
    .target(
      name: "Encoders",
      dependencies: ["BLASCore", "Libc", "NumPyFiles", "Tokenize", "WordtoolCore"],
      swiftSettings: strict),
    .target(
      name: "Subword", dependencies: ["CICUShims", "Libc", "WordtoolCore"], swiftSettings: strict),
    .target(
      name: "Embedding", dependencies: ["BLASCore", "CKernels", "MessagePassing", "WordtoolCore"],
      swiftSettings: strict),
    .target(
      name: "FastTextFiles", dependencies: ["BLASCore", "WordtoolCore"], swiftSettings: strict),
    .target(
      name: "Word2Vec",
      dependencies: [
        "BLASCore", "CKernels", "Embedding", "FastTextFiles", "Libc", "MessagePassing",
        "NumPyFiles", "Subword", "Tokenize", "WordtoolCore",
      ],
      swiftSettings: strict),
    .target(
      name: "Networks", dependencies: ["BLASCore", "CKernels", "Libc", "WordtoolCore"],
      swiftSettings: strict),
    .target(name: "ONNX", dependencies: ["WordtoolCore"], swiftSettings: strict),
    .target(
      name: "SeqModels",
      dependencies: [
        "Networks", "BLASCore", "Embedding", "FastTextFiles", "Libc", "ONNX", "Tokenize",
        "WordtoolCore",
      ],
      swiftSettings: strict),
    .target(
      name: "ConvNets",
      dependencies: ["BLASCore", "CJPEG", "CPNG", "Libc", "Networks", "WordtoolCore"],
      swiftSettings: strict),
    .target(name: "Projection", dependencies: ["BLASCore", "WordtoolCore"], swiftSettings: strict),
    .target(
      name: "Explorer", dependencies: ["Projection", "Tokenize", "Word2Vec", "WordtoolCore"],
      resources: [.embedInCode("Web")], swiftSettings: strict),
    .target(name: "Server", dependencies: ["Libc", "WordtoolCore"], swiftSettings: strict),
    .target(name: "ABCNotation", dependencies: ["WordtoolCore"], swiftSettings: strict),
    .target(
      name: "Charts", dependencies: ["CRSVGShims", "Libc", "WordtoolCore"], swiftSettings: strict),
    // In a target of C, since the package manager gives one of Swift with files a source that imports
    // Foundation, which takes a third of the time that a command needs to start.
    .target(
      name: "CorpusFiles", path: "corpora",
      exclude: ["Corpora.docc", "README.md", "Sources", "royalty.txt"], sources: ["Files"],
      resources: [.copy("atlas"), .copy("catalogue.json"), .copy("vectors")],
      publicHeadersPath: "Files/include"),
    .target(
      name: "Corpora",
      dependencies: ["CCurlShims", "CorpusFiles", "Libc", "Word2Vec", "WordtoolCore"],
      path: "corpora/Sources", swiftSettings: strict),
    .executableTarget(
      name: "wordtool",
      dependencies: [
        "ABCNotation", "BLASCore", "Charts", "ConvNets", "Corpora", "Embedding", "Encoders",
        "Explorer", "Libc", "MessagePassing", "Networks", "NumPyFiles", "Projection", "SeqModels",
        "Server", "Subword", "Tokenize", "Word2Vec", "WordtoolCore",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // Tests.
    .target(
      name: "TestSupport", dependencies: ["Libc", "WordtoolCore"], path: "Tests/TestSupport",
      swiftSettings: settings),
    .testTarget(
      name: "WordtoolCoreTests", dependencies: ["Libc", "TestSupport", "WordtoolCore"],
      swiftSettings: settings),
    .testTarget(
      name: "BLASCoreTests", dependencies: ["BLASCore", "CKernels", "TestSupport", "WordtoolCore"],
      swiftSettings: settings),
    .testTarget(
      name: "TokenizeTests",
      dependencies: ["Tokenize", "Libc", "MessagePassing", "TestSupport", "WordtoolCore"],
      swiftSettings: settings),
    .testTarget(
      name: "EncodersTests",
      dependencies: ["Encoders", "Tokenize", "Libc", "TestSupport", "WordtoolCore"],
      resources: [.copy("Fixtures")], swiftSettings: settings),
    .testTarget(
      name: "SubwordTests", dependencies: ["Subword", "Libc", "TestSupport", "WordtoolCore"],
      resources: [.copy("Fixtures")], swiftSettings: settings),
    .testTarget(
      name: "FastTextFilesTests", dependencies: ["FastTextFiles", "TestSupport", "WordtoolCore"],
      swiftSettings: settings),
    .testTarget(
      name: "Word2VecTests",
      dependencies: [
        "Word2Vec", "BLASCore", "Embedding", "MessagePassing", "Subword", "Tokenize", "Libc",
        "TestSupport", "WordtoolCore",
      ],
      resources: [.copy("Fixtures")], swiftSettings: settings),
    .testTarget(
      name: "ServerTests", dependencies: ["Server", "Libc", "TestSupport", "WordtoolCore"],
      swiftSettings: settings),
    .testTarget(
      name: "ABCNotationTests", dependencies: ["ABCNotation", "TestSupport", "WordtoolCore"],
      swiftSettings: settings),
    .testTarget(
      name: "ChartsTests", dependencies: ["Charts", "TestSupport", "WordtoolCore"],
      swiftSettings: settings),
    .testTarget(
      name: "ProjectionTests",
      dependencies: ["BLASCore", "ConvNets", "Projection", "TestSupport", "WordtoolCore"],
      swiftSettings: settings),
    .testTarget(
      name: "ExplorerTests",
      dependencies: ["Explorer", "Projection", "TestSupport", "Word2Vec", "WordtoolCore"],
      swiftSettings: settings),
    .testTarget(
      name: "NetworksTests", dependencies: ["BLASCore", "Networks", "TestSupport", "WordtoolCore"],
      swiftSettings: settings),
    .testTarget(
      name: "SeqModelsTests",
      dependencies: [
        "BLASCore", "CKernels", "Embedding", "FastTextFiles", "Networks", "ONNX", "SeqModels",
        "Tokenize", "Libc", "TestSupport", "WordtoolCore",
      ],
      resources: [.copy("Fixtures")], swiftSettings: settings),
    .testTarget(
      name: "ConvNetsTests",
      dependencies: [
        "ConvNets", "BLASCore", "CKernels", "Networks", "Libc", "TestSupport", "WordtoolCore",
      ],
      resources: [.copy("Fixtures")], swiftSettings: settings),
    .testTarget(
      name: "ReadingTests",
      dependencies: [
        "ABCNotation", "ConvNets", "Encoders", "Explorer", "SeqModels", "Subword", "Tokenize",
        "Word2Vec",
        "TestSupport", "WordtoolCore",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "CorporaTests",
      dependencies: ["Corpora", "Libc", "TestSupport", "Word2Vec", "WordtoolCore"],
      swiftSettings: settings),
    .testTarget(
      name: "MutantTests",
      dependencies: [
        "ABCNotation", "Charts", "ConvNets", "Corpora", "Embedding", "Encoders", "Explorer",
        "Networks", "SeqModels", "Subword", "Tokenize", "Word2Vec", "wordtool", "Libc",
        "TestSupport", "WordtoolCore",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "WordToolTests",
      dependencies: ["wordtool", "Libc", "MessagePassing", "TestSupport", "WordtoolCore"],
      exclude: ["Help"],
      swiftSettings: settings),
  ],
  cLanguageStandard: .c17
)
