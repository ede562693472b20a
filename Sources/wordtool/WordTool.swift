import ArgumentParser

/// The root command. Each subcommand stands in a file of its own, in the folder of its topic.
@main
struct WordTool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wordtool",
    abstract: "Word vectors from text, and answers out of them.",
    discussion: """
      Examples:
        wordtool train-embeddings wiki.txt.gz -o wiki.safetensors
        wordtool nearest sweden
        wordtool nearest 'king - man + 0.5*woman' -k 5
        wordtool analogy king man woman
        wordtool similarity cat dog --json
        wordtool evaluate analogies questions-words.txt --restrict 30000
        wordtool convert wiki.safetensors wiki.vec

      Results go to standard output, everything else to standard error; '-' as a path is standard \
      input or output. Exit codes: 0 done, 1 failed, 64 usage, 65 bad data, 66 no such input, \
      73 cannot create the output, 74 reading or writing failed, 75 training diverged, \
      130 interrupted.
      """,
    version: WordTool.version,
    groupedSubcommands: [
      CommandGroup(
        name: "Train",
        subcommands: [
          TrainEmbeddingsCommand.self, TrainLMCommand.self, TrainClassifierCommand.self,
          TrainTaggerCommand.self,
        ]),
      CommandGroup(
        name: "Language models",
        subcommands: [
          PerplexityCommand.self, GenerateCommand.self, ExportONNXCommand.self,
          GradientFlowCommand.self, RecallCommand.self, RNNExplainCommand.self,
          InspectCommand.self,
        ]),
      CommandGroup(
        name: "Text classes",
        subcommands: [ClassifyCommand.self, QuantizeCommand.self, TagCommand.self]),
      CommandGroup(
        name: "Ask",
        subcommands: [
          NearestCommand.self, AnalogyCommand.self, SimilarityCommand.self, RankCommand.self,
          PlotCommand.self, ExploreCommand.self, ClusterCommand.self, SentenceVectorCommand.self,
          NearestSentencesCommand.self, DocumentVectorCommand.self, NearestDocumentsCommand.self,
          WordMoversCommand.self, AlignCommand.self,
          CompareCommand.self, CloserCommand.self, AxesCommand.self, ReplCommand.self,
          ServeCommand.self,
          OddOneOutCommand.self, VectorCommand.self, NGramsCommand.self,
        ]),
      CommandGroup(
        name: "Examine",
        subcommands: [
          EvaluateCommand.self, InfoCommand.self, ConvertCommand.self, CompressCommand.self,
          IndexCommand.self,
        ]),
      CommandGroup(
        name: "Text",
        subcommands: [
          TokenizeCommand.self, VocabCommand.self, PhrasesCommand.self, EncodeCommand.self,
          BytePairCommand.self, CorpusCommand.self,
        ]),
      CommandGroup(name: "Images", subcommands: [ImageCommand.self]),
      CommandGroup(name: "Music", subcommands: [ABCCommand.self]),
    ])

  /// The version of the tool.
  static let version = "0.1.0"

  static func main() {
    Runner.main(Array(CommandLine.arguments.dropFirst()))
  }
}
