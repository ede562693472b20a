// The files of the target are what it is for; a target needs a source.
#include "corpus_files.h"
