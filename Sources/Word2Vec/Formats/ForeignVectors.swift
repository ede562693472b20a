import NumPyFiles
import WordtoolCore

/// Files of Python that are refused, with the line of Python that makes of them what can be read.
enum ForeignVectors {
  /// The first bytes of a zip archive.
  static let archiveSignature: [UInt8] = [0x50, 0x4B, 3, 4]

  /// The error for a pickle, which is a program and is not run.
  static func refusal(ofPickle bytes: UnsafeRawBufferPointer, path: String) -> WordtoolError {
    let isGensim = unsafe contains(Array("gensim".utf8), in: bytes.prefix(1 << 16))
    let (source, target) = names(path, ".bin")
    return WordtoolError(
      .badData, path: path, found: isGensim ? "a Python pickle of gensim" : "a Python pickle",
      expected: "vectors in a format that is no program",
      remedy: isGensim
        ? "in Python: from gensim.utils import SaveLoad; m = SaveLoad.load(\(source)); "
          + "getattr(m, 'wv', m).save_word2vec_format(\(target), binary=True)"
        : "in Python, write its words and vectors: "
          + "numpy.savez('OUT.npz', words=numpy.array(words, dtype=str), vectors=vectors)")
  }

  /// The error for a zip archive that is not NumPy's; nil for one that is.
  ///
  /// - Throws: `WordtoolError` of kind `badData` for a damaged archive.
  static func refusal(
    ofArchive bytes: UnsafeRawBufferPointer, path: String
  ) throws -> WordtoolError? {
    let entries = try unsafe ZipDirectory(bytes, path: path).entries
    if entries.contains(where: { $0.name.hasSuffix(".npy") }) { return nil }
    let isPyTorch = entries.contains { $0.name.hasSuffix("/data.pkl") || $0.name == "data.pkl" }
    let (source, target) = names(path, ".safetensors")
    return WordtoolError(
      .badData, path: path,
      found: isPyTorch ? "a model of PyTorch, which is a pickle in a zip archive" : "a zip archive",
      expected: "vectors in a format that is no program",
      remedy: isPyTorch
        ? "in Python: import torch; from safetensors.torch import save_file; "
          + "d = torch.load(\(source), map_location='cpu'); "
          + "save_file({k: v.clone() for k, v in (d if isinstance(d, dict) else {'vectors': d}).items() "
          + "if torch.is_tensor(v)}, \(target))"
        : "unzip it, if vectors are in it")
  }

  /// A path and another with that ending, as strings of Python.
  private static func names(_ path: String, _ ending: String) -> (source: String, target: String) {
    guard path != "-" else { return ("'IN'", "'OUT\(ending)'") }
    let name = OutputTarget.split(path).name
    let stem = name.lastIndex(of: ".").map { name[..<$0] } ?? name[...]
    var target = path.dropLast(name.count) + stem + ending
    // A pickle may have any name: it must not be written over.
    if target == path { target = path.dropLast(name.count) + stem + "-vectors" + ending }
    func quoted(_ text: String) -> String {
      text.contains("'") || text.contains("\\") ? JSONText.quoted(text) : "'\(text)'"
    }
    return (quoted(path), quoted(String(target)))
  }

  private static func contains(
    _ word: [UInt8], in bytes: Slice<UnsafeRawBufferPointer>
  ) -> Bool {
    guard unsafe bytes.count >= word.count else { return false }
    return unsafe (bytes.startIndex...bytes.endIndex - word.count).contains { place in
      unsafe bytes[place] == word[0] && bytes[place..<place + word.count].elementsEqual(word)
    }
  }
}
