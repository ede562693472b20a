// Rules that are not ICU's own: compiled once, opened as often as there are threads.

#include "breaker.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>

int32_t wt_icu_language(const char *locale, char *text) {
  UErrorCode status = U_ZERO_ERROR;
  char whole[ULOC_LANG_CAPACITY];
  int32_t length = uloc_getLanguage(locale, whole, ULOC_LANG_CAPACITY, &status);
  text[0] = 0;
  if (U_FAILURE(status)) return status;
  if (length >= ULOC_LANG_CAPACITY) return U_BUFFER_OVERFLOW_ERROR;
  memcpy(text, whole, (size_t)length);
  text[length] = 0;
  return 0;
}

// ICU's own binary of compiled rules, which is what it can be opened from again.
static int32_t binary_of(UBreakIterator *iterator, uint8_t **binary, int32_t *length) {
  UErrorCode status = U_ZERO_ERROR;
  int32_t needed = (int32_t)ubrk_getBinaryRules(iterator, NULL, 0, &status);
  if (U_FAILURE(status)) return status;
  uint8_t *bytes = malloc((size_t)needed + 1);
  if (!bytes) return U_MEMORY_ALLOCATION_ERROR;
  status = U_ZERO_ERROR;
  ubrk_getBinaryRules(iterator, bytes, needed, &status);
  if (U_FAILURE(status)) {
    free(bytes);
    return status;
  }
  *binary = bytes;
  *length = needed;
  return 0;
}

int32_t wt_icu_compile_rules(const char *rules, uint8_t **binary, int32_t *length) {
  *binary = NULL;
  *length = 0;
  int32_t room = (int32_t)strlen(rules) + 1, count = 0;
  UChar *units = malloc((size_t)room * sizeof *units);
  if (!units) return U_MEMORY_ALLOCATION_ERROR;
  UErrorCode status = U_ZERO_ERROR;
  u_strFromUTF8(units, room, &count, rules, room - 1, &status);
  UBreakIterator *iterator = NULL;
  UParseError place;
  if (U_SUCCESS(status)) iterator = ubrk_openRules(units, count, NULL, 0, &place, &status);
  free(units);
  if (U_FAILURE(status)) return status;
  int32_t code = binary_of(iterator, binary, length);
  ubrk_close(iterator);
  return code;
}

int32_t wt_icu_open_compiled(const uint8_t *binary, int32_t length, wt_icu_breaker **breaker) {
  *breaker = NULL;
  wt_icu_breaker *made = calloc(1, sizeof *made);
  if (!made) return U_MEMORY_ALLOCATION_ERROR;
  const UText empty = UTEXT_INITIALIZER;
  made->text = empty;
  UErrorCode status = U_ZERO_ERROR;
  made->iterator = ubrk_openBinaryRules(binary, length, NULL, 0, &status);
  if (U_FAILURE(status)) {
    free(made);
    return status;
  }
  *breaker = made;
  return 0;
}
