// swift-tools-version: 6.2

import PackageDescription

/// Every module that the sources import is a product of the package, and is declared here.
func products(_ names: String...) -> [Target.Dependency] {
  names.map { .product(name: $0, package: "wordtool") }
}

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "Examples",
  platforms: [.macOS(.v15)],
  dependencies: [
    // A package of your own would say `.package(url: ..., from: ...)` here.
    .package(name: "wordtool", path: "..")
  ],
  targets: [
    .executableTarget(
      name: "NearestWords", dependencies: products("Tokenize", "Word2Vec"), path: "NearestWords",
      exclude: ["sample.vec"], swiftSettings: strict),
    .executableTarget(
      name: "EveryModel",
      dependencies: products(
        "ConvNets", "Corpora", "Encoders", "Explorer", "Networks", "SeqModels", "Subword",
        "Tokenize", "Word2Vec", "WordtoolCore"),
      path: "EveryModel", exclude: ["expected.txt"], swiftSettings: strict),
    // What the documentation of each library shows, compiled and not run.
    .target(
      name: "Documentation",
      dependencies: products(
        "ABCNotation", "BLASCore", "Charts", "ConvNets", "Corpora", "Embedding", "Encoders",
        "Explorer", "Networks", "Projection", "SeqModels", "Subword", "Tokenize", "Word2Vec",
        "WordtoolCore"),
      path: "Documentation", swiftSettings: strict),
  ]
)
