// Normal forms of UTF-16 text and regular expressions over it, by ICU.

#include "CICUShims.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/unorm2.h>
#include <unicode/uregex.h>
#include <unicode/ustring.h>

int32_t wt_icu_normalize(
    int32_t normal_form, const uint16_t *units, int32_t length, uint16_t *out, int32_t capacity,
    int32_t *needed) {
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2 *normalizer = NULL;
  switch (normal_form) {
    case WT_ICU_NORM_NFC: normalizer = unorm2_getNFCInstance(&status); break;
    case WT_ICU_NORM_NFD: normalizer = unorm2_getNFDInstance(&status); break;
    case WT_ICU_NORM_NFKC: normalizer = unorm2_getNFKCInstance(&status); break;
    case WT_ICU_NORM_NFKD: normalizer = unorm2_getNFKDInstance(&status); break;
    default: status = U_ILLEGAL_ARGUMENT_ERROR;
  }
  *needed = 0;
  if (U_FAILURE(status)) return status;
  *needed = unorm2_normalize(
      normalizer, (const UChar *)units, length, (UChar *)out, capacity, &status);
  if (status == U_BUFFER_OVERFLOW_ERROR) return 0;
  return U_FAILURE(status) ? (int32_t)status : 0;
}

struct wt_icu_regex {
  URegularExpression *expression;
};

int32_t wt_icu_open_regex(const char *pattern, wt_icu_regex **regex) {
  *regex = NULL;
  size_t bytes = strlen(pattern);
  if (bytes > 1 << 20) return U_ILLEGAL_ARGUMENT_ERROR;
  wt_icu_regex *made = calloc(1, sizeof *made);
  UChar *units = malloc((bytes + 1) * sizeof *units);
  UErrorCode status = made && units ? U_ZERO_ERROR : U_MEMORY_ALLOCATION_ERROR;
  int32_t length = 0;
  if (U_SUCCESS(status))
    u_strFromUTF8(units, (int32_t)bytes + 1, &length, pattern, (int32_t)bytes, &status);
  UParseError place;
  if (U_SUCCESS(status))
    made->expression =
        uregex_open(units, length, UREGEX_MULTILINE | UREGEX_UNIX_LINES, &place, &status);
  // Steps of the matcher, not seconds: the same for every run.
  if (U_SUCCESS(status)) uregex_setTimeLimit(made->expression, 20000, &status);
  free(units);
  if (U_FAILURE(status)) {
    wt_icu_close_regex(made);
    return status;
  }
  *regex = made;
  return 0;
}

int32_t wt_icu_regex_set(wt_icu_regex *regex, const uint16_t *units, int32_t length) {
  UErrorCode status = U_ZERO_ERROR;
  uregex_setText(regex->expression, (const UChar *)units, length, &status);
  return U_FAILURE(status) ? (int32_t)status : 0;
}

int32_t wt_icu_regex_next(wt_icu_regex *regex, int32_t *start, int32_t *end) {
  UErrorCode status = U_ZERO_ERROR;
  *start = -1;
  *end = -1;
  if (uregex_findNext(regex->expression, &status) && U_SUCCESS(status)) {
    *start = uregex_start(regex->expression, 0, &status);
    *end = uregex_end(regex->expression, 0, &status);
  }
  return U_FAILURE(status) ? (int32_t)status : 0;
}

void wt_icu_close_regex(wt_icu_regex *regex) {
  if (!regex) return;
  if (regex->expression) uregex_close(regex->expression);
  free(regex);
}
