public import ArgumentParser
public import ConvNets

extension ImageDataset.Part: ExpressibleByArgument {}
