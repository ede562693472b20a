// The plain way to find words with ICU: its iterator over UTF-8, word after word, nothing else.
// Prints how many segments are words. What Benchmarks/word_boundaries.py compares with.
//
//   loop LOCALE FILE

#include <stdio.h>
#include <stdlib.h>
#include <unicode/ubrk.h>
#include <unicode/utext.h>

int main(int argc, char **argv) {
  FILE *file = argc == 3 ? fopen(argv[2], "rb") : NULL;
  if (!file) {
    fprintf(stderr, "usage: loop LOCALE FILE\n");
    return 64;
  }
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  char *text = malloc((size_t)size);
  size = (long)fread(text, 1, (size_t)size, file);
  UErrorCode status = U_ZERO_ERROR;
  UBreakIterator *words = ubrk_open(UBRK_WORD, argv[1], NULL, 0, &status);
  UText *view = utext_openUTF8(NULL, text, size, &status);
  ubrk_setUText(words, view, &status);
  if (U_FAILURE(status)) {
    fprintf(stderr, "ICU: %s\n", u_errorName(status));
    return 1;
  }
  long count = 0;
  while (ubrk_next(words) != UBRK_DONE) count += ubrk_getRuleStatus(words) >= UBRK_WORD_NUMBER;
  printf("%ld\n", count);
}
