print("wordtool")
