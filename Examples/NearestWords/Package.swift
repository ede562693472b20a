// swift-tools-version: 6.2

import PackageDescription

let package = Package(
  name: "NearestWords",
  platforms: [.macOS(.v15)],
  dependencies: [
    // A package of your own would say `.package(url: ..., from: ...)` here.
    .package(name: "wordtool", path: "../..")
  ],
  targets: [
    .executableTarget(
      name: "NearestWords",
      dependencies: [
        .product(name: "Tokenize", package: "wordtool"),
        .product(name: "Word2Vec", package: "wordtool"),
      ],
      swiftSettings: [.swiftLanguageMode(.v6)])
  ]
)
