#include "breaker.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/uloc.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>
#include <unicode/utext.h>
#include <unicode/uversion.h>

// A UTF-16 buffer that grows and is used again for every word.
typedef struct {
  UChar *units;
  int32_t capacity;
  int32_t length;
} units_t;

struct wt_icu_folder {
  char *locale;
  const UNormalizer2 *normalizer;  // NULL: no normal form
  int lower;
  int special_case;  // the locale lower-cases otherwise than the root locale
  units_t from, to;
};

static void version_text(const uint8_t *version, char *text) {
  char whole[U_MAX_VERSION_STRING_LENGTH];
  u_versionToString(version, whole);
  strncpy(text, whole, 15);
  text[15] = 0;
}

void wt_icu_version(char *text) {
  UVersionInfo version;
  u_getVersion(version);
  version_text(version, text);
}

void wt_icu_unicode_version(char *text) {
  UVersionInfo version;
  u_getUnicodeVersion(version);
  version_text(version, text);
}

const char *wt_icu_error_name(int32_t code) { return u_errorName((UErrorCode)code); }

int32_t wt_icu_knows_locale(const char *locale) {
  if (strcmp(locale, "root") == 0 || strcmp(locale, "und") == 0) return 1;
  const char *language = uloc_getISO3Language(locale);
  return language != NULL && language[0] != 0;
}

int32_t wt_icu_starts_segment(uint32_t code_point) {
  switch (u_getIntPropertyValue((UChar32)code_point, UCHAR_WORD_BREAK)) {
    case U_WB_EXTEND:
    case U_WB_FORMAT:
    case U_WB_ZWJ:
    case U_WB_WSEGSPACE:
      return 0;
    default:
      return 1;
  }
}

int32_t wt_icu_open_breaker(int32_t unit, const char *locale, wt_icu_breaker **breaker) {
  *breaker = NULL;
  wt_icu_breaker *made = calloc(1, sizeof *made);
  if (!made) return U_MEMORY_ALLOCATION_ERROR;
  const UText empty = UTEXT_INITIALIZER;
  made->text = empty;
  UErrorCode status = U_ZERO_ERROR;
  UBreakIteratorType type = unit == WT_ICU_GRAPHEMES   ? UBRK_CHARACTER
                            : unit == WT_ICU_SENTENCES ? UBRK_SENTENCE
                                                       : UBRK_WORD;
  made->iterator = ubrk_open(type, locale, NULL, 0, &status);
  if (U_FAILURE(status)) {
    free(made);
    return status;
  }
  *breaker = made;
  return 0;
}

static int32_t use_text(wt_icu_breaker *breaker, UErrorCode status) {
  if (U_FAILURE(status)) return status;
  status = U_ZERO_ERROR;
  ubrk_setUText(breaker->iterator, &breaker->text, &status);
  return U_FAILURE(status) ? (int32_t)status : 0;
}

int32_t wt_icu_set_utf8(wt_icu_breaker *breaker, const uint8_t *bytes, int32_t length) {
  UErrorCode status = U_ZERO_ERROR;
  utext_openUTF8(&breaker->text, length ? (const char *)bytes : "", length, &status);
  return use_text(breaker, status);
}

int32_t wt_icu_set_utf16(wt_icu_breaker *breaker, const uint16_t *units, int32_t length) {
  static const UChar nothing[1] = {0};
  UErrorCode status = U_ZERO_ERROR;
  utext_openUChars(&breaker->text, length ? (const UChar *)units : nothing, length, &status);
  return use_text(breaker, status);
}

int32_t wt_icu_next(wt_icu_breaker *breaker) { return ubrk_next(breaker->iterator); }

int32_t wt_icu_rule_status(wt_icu_breaker *breaker) {
  return ubrk_getRuleStatus(breaker->iterator);
}

int32_t wt_icu_next_batch(
    wt_icu_breaker *breaker, int32_t *ends, int32_t *statuses, int32_t capacity) {
  int32_t count = 0;
  while (count < capacity) {
    int32_t end = ubrk_next(breaker->iterator);
    if (end == UBRK_DONE) break;
    ends[count] = end;
    statuses[count] = ubrk_getRuleStatus(breaker->iterator);
    count++;
  }
  return count;
}

void wt_icu_close_breaker(wt_icu_breaker *breaker) {
  if (!breaker) return;
  ubrk_close(breaker->iterator);
  utext_close(&breaker->text);
  free(breaker);
}

// Whether the locale lower-cases Latin letters, alone or before a dot or an acute, in its own way.
static int has_special_case(const char *locale) {
  enum { FIRST = 0x41, LAST = 0x24F, ROOM = 16 };
  static const UChar marks[] = {0, 0x307, 0x301};
  for (UChar letter = FIRST; letter <= LAST; letter++) {
    for (int mark = 0; mark < 3; mark++) {
      UChar text[2] = {letter, marks[mark]}, ours[ROOM], root[ROOM];
      UErrorCode status = U_ZERO_ERROR;
      int32_t length = mark ? 2 : 1;
      int32_t a = u_strToLower(ours, ROOM, text, length, locale, &status);
      int32_t b = u_strToLower(root, ROOM, text, length, "", &status);
      if (U_FAILURE(status) || a != b || memcmp(ours, root, (size_t)a * sizeof *ours) != 0)
        return 1;
    }
  }
  return 0;
}

int32_t wt_icu_open_folder(
    const char *locale, int32_t normal_form, int32_t lower, wt_icu_folder **folder) {
  *folder = NULL;
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2 *normalizer = NULL;
  if (normal_form == WT_ICU_NORM_NFC) normalizer = unorm2_getNFCInstance(&status);
  if (normal_form == WT_ICU_NORM_NFKC) normalizer = unorm2_getNFKCInstance(&status);
  if (normal_form == WT_ICU_NORM_NFD) normalizer = unorm2_getNFDInstance(&status);
  if (normal_form == WT_ICU_NORM_NFKD) normalizer = unorm2_getNFKDInstance(&status);
  if (normal_form == WT_ICU_NORM_NFKC_CASEFOLD)
    normalizer = unorm2_getNFKCCasefoldInstance(&status);
  if (U_FAILURE(status)) return status;
  wt_icu_folder *made = calloc(1, sizeof *made);
  char *name = made ? malloc(strlen(locale) + 1) : NULL;
  if (!name) {
    free(made);
    return U_MEMORY_ALLOCATION_ERROR;
  }
  strcpy(name, locale);
  made->locale = name;
  made->normalizer = normalizer;
  made->lower = lower;
  made->special_case = lower && has_special_case(locale);
  *folder = made;
  return 0;
}

static int reserve(units_t *buffer, int32_t capacity) {
  if (buffer->capacity >= capacity) return 1;
  UChar *units = realloc(buffer->units, (size_t)capacity * sizeof *units);
  if (!units) return 0;
  buffer->units = units;
  buffer->capacity = capacity;
  return 1;
}

static void swap(wt_icu_folder *folder) {
  units_t kept = folder->from;
  folder->from = folder->to;
  folder->to = kept;
}

static UErrorCode normalize(wt_icu_folder *folder) {
  UErrorCode status = U_ZERO_ERROR;
  units_t *from = &folder->from, *to = &folder->to;
  int32_t good =
      unorm2_spanQuickCheckYes(folder->normalizer, from->units, from->length, &status);
  if (U_FAILURE(status) || good == from->length) return status;
  for (;;) {
    status = U_ZERO_ERROR;
    to->length = unorm2_normalize(
        folder->normalizer, from->units, from->length, to->units, to->capacity, &status);
    if (status != U_BUFFER_OVERFLOW_ERROR) break;
    if (!reserve(to, to->length)) return U_MEMORY_ALLOCATION_ERROR;
  }
  if (U_SUCCESS(status)) swap(folder);
  return status;
}

static UErrorCode lower_case(wt_icu_folder *folder) {
  UErrorCode status = U_ZERO_ERROR;
  units_t *from = &folder->from, *to = &folder->to;
  for (;;) {
    status = U_ZERO_ERROR;
    to->length = u_strToLower(
        to->units, to->capacity, from->units, from->length, folder->locale, &status);
    if (status != U_BUFFER_OVERFLOW_ERROR) break;
    if (!reserve(to, to->length)) return U_MEMORY_ALLOCATION_ERROR;
  }
  if (U_SUCCESS(status)) swap(folder);
  return status;
}

int32_t wt_icu_fold(
    wt_icu_folder *folder, const uint8_t *bytes, int32_t length, uint8_t *out, int32_t capacity,
    int32_t *needed) {
  *needed = 0;
  if (length == 0) return 0;
  // A UTF-8 text never has more UTF-16 units than bytes.
  if (!reserve(&folder->from, length) || !reserve(&folder->to, length))
    return U_MEMORY_ALLOCATION_ERROR;
  UErrorCode status = U_ZERO_ERROR;
  u_strFromUTF8(
      folder->from.units, folder->from.capacity, &folder->from.length, (const char *)bytes,
      length, &status);
  if (U_SUCCESS(status) && folder->normalizer) status = normalize(folder);
  if (U_SUCCESS(status) && folder->lower) {
    status = lower_case(folder);
    // Lower-casing can leave a normal form: a capital I with dot becomes i and a combining dot.
    if (U_SUCCESS(status) && folder->normalizer) status = normalize(folder);
  }
  if (U_FAILURE(status)) return status;
  status = U_ZERO_ERROR;
  u_strToUTF8(
      (char *)out, capacity, needed, folder->from.units, folder->from.length, &status);
  if (status == U_BUFFER_OVERFLOW_ERROR) return 0;
  return U_FAILURE(status) ? (int32_t)status : 0;
}

uint32_t wt_icu_fold_entry(wt_icu_folder *folder, uint32_t code_point) {
  // The one letter whose lower case depends on its neighbours in every locale.
  enum { CAPITAL_SIGMA = 0x3A3 };
  if (folder->special_case || (folder->lower && code_point == CAPITAL_SIGMA))
    return WT_ICU_FOLD_WHOLE;
  UChar unit[2], lower[8];
  UErrorCode status = U_ZERO_ERROR;
  int32_t length = 0, lower_length = 0;
  if (code_point > 0x10FFFF || U_IS_SURROGATE(code_point)) return WT_ICU_FOLD_WHOLE;
  U16_APPEND_UNSAFE(unit, length, (UChar32)code_point);
  uint32_t result = code_point;
  if (folder->lower) {
    lower_length = u_strToLower(lower, 8, unit, length, folder->locale, &status);
    if (U_FAILURE(status) || u_countChar32(lower, lower_length) != 1) return WT_ICU_FOLD_WHOLE;
    UChar32 first;
    U16_GET_UNSAFE(lower, 0, first);
    result = (uint32_t)first;
    if (U8_LENGTH(result) != U8_LENGTH(code_point)) return WT_ICU_FOLD_WHOLE;
  }
  if (!folder->normalizer) return result;
  uint32_t class = u_getCombiningClass((UChar32)code_point);
  if (result != code_point && (class || u_getCombiningClass((UChar32)result)))
    return WT_ICU_FOLD_WHOLE;
  if (unorm2_quickCheck(folder->normalizer, unit, length, &status) != UNORM_YES)
    return WT_ICU_FOLD_WHOLE;
  if (result != code_point
      && unorm2_quickCheck(folder->normalizer, lower, lower_length, &status) != UNORM_YES)
    return WT_ICU_FOLD_WHOLE;
  return U_FAILURE(status) ? WT_ICU_FOLD_WHOLE : result | class << 24;
}

void wt_icu_close_folder(wt_icu_folder *folder) {
  if (!folder) return;
  free(folder->locale);
  free(folder->from.units);
  free(folder->to.units);
  free(folder);
}
