// Trains, asks, saves and loads each kind of model from asynchronous code, in a few seconds:
//
//     swift run --package-path Examples EveryModel FOLDER
//
// FOLDER takes the files that are written; it must be there.

import Foundation

guard CommandLine.arguments.count == 2 else {
  print("usage: EveryModel FOLDER")
  exit(64)
}
let folder = CommandLine.arguments[1]
let samples = try Samples(in: folder)
try await wordVectors(samples)
try await otherVectors(samples)
try await languageModels(samples)
try await classifiers(samples)
try await images(samples)
try await encoders(samples)
