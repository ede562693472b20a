// Transliteration, and text in other encodings, by ICU.

#include "CICUShims.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>
#include <unicode/ucnv_err.h>
#include <unicode/ucsdet.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

struct wt_icu_transform {
  UTransliterator *transliterator;
  UChar *units;
  int32_t capacity;
};

static UChar *utf16_copy(const char *text, int32_t *length) {
  size_t bytes = strlen(text);
  if (bytes > 1 << 20) return NULL;
  UChar *units = malloc((bytes + 1) * sizeof *units);
  UErrorCode status = U_ZERO_ERROR;
  if (units) u_strFromUTF8(units, (int32_t)bytes + 1, length, text, (int32_t)bytes, &status);
  if (U_SUCCESS(status)) return units;
  free(units);
  return NULL;
}

int32_t wt_icu_open_transform(const char *id, const char *rules, wt_icu_transform **transform) {
  *transform = NULL;
  int32_t id_length = 0, rules_length = 0;
  UChar *id_units = utf16_copy(id, &id_length);
  UChar *rule_units = rules ? utf16_copy(rules, &rules_length) : NULL;
  wt_icu_transform *made = calloc(1, sizeof *made);
  UErrorCode status = U_ZERO_ERROR;
  if (!id_units || (rules && !rule_units) || !made) status = U_MEMORY_ALLOCATION_ERROR;
  UParseError place;
  if (U_SUCCESS(status))
    made->transliterator = utrans_openU(
        id_units, id_length, UTRANS_FORWARD, rule_units, rule_units ? rules_length : 0, &place,
        &status);
  free(id_units);
  free(rule_units);
  if (U_FAILURE(status)) {
    free(made);
    return status;
  }
  *transform = made;
  return 0;
}

int32_t wt_icu_transform_utf8(
    wt_icu_transform *transform, const uint8_t *bytes, int32_t length, uint8_t *out,
    int32_t capacity, int32_t *needed) {
  *needed = 0;
  if (length == 0) return 0;
  int32_t wanted = length < (1 << 28) ? 2 * length + 16 : length;
  for (;;) {
    if (transform->capacity < wanted) {
      UChar *units = realloc(transform->units, (size_t)wanted * sizeof *units);
      if (!units) return U_MEMORY_ALLOCATION_ERROR;
      transform->units = units;
      transform->capacity = wanted;
    }
    UErrorCode status = U_ZERO_ERROR;
    int32_t count = 0;
    u_strFromUTF8(
        transform->units, transform->capacity, &count, (const char *)bytes, length, &status);
    int32_t limit = count;
    utrans_transUChars(
        transform->transliterator, transform->units, &count, transform->capacity, 0, &limit,
        &status);
    if (status == U_BUFFER_OVERFLOW_ERROR) {
      wanted = count + 16;
      continue;
    }
    if (U_FAILURE(status)) return status;
    status = U_ZERO_ERROR;
    u_strToUTF8WithSub(
        (char *)out, capacity, needed, transform->units, count, 0xFFFD, NULL, &status);
    if (status == U_BUFFER_OVERFLOW_ERROR) return 0;
    return U_FAILURE(status) ? (int32_t)status : 0;
  }
}

void wt_icu_close_transform(wt_icu_transform *transform) {
  if (!transform) return;
  utrans_close(transform->transliterator);
  free(transform->units);
  free(transform);
}

int32_t wt_icu_detect_encoding(
    const uint8_t *bytes, int32_t length, char *name, int32_t *confidence) {
  name[0] = 0;
  *confidence = 0;
  UErrorCode status = U_ZERO_ERROR;
  UCharsetDetector *detector = ucsdet_open(&status);
  if (U_FAILURE(status)) return status;
  ucsdet_setText(detector, (const char *)bytes, length, &status);
  const UCharsetMatch *match = ucsdet_detect(detector, &status);
  if (U_SUCCESS(status) && match) {
    const char *found = ucsdet_getName(match, &status);
    if (U_SUCCESS(status) && found) {
      strncpy(name, found, 63);
      name[63] = 0;
      *confidence = ucsdet_getConfidence(match, &status);
    }
  }
  ucsdet_close(detector);
  return U_FAILURE(status) ? (int32_t)status : 0;
}

enum { UNITS = 4096 };

struct wt_icu_decoder {
  UConverter *converter;
  int strict;
  int64_t replaced;
  UChar units[UNITS];
  int32_t start, count;  // units not yet handed out
};

static void replace(
    const void *context, UConverterToUnicodeArgs *args, const char *bytes, int32_t length,
    UConverterCallbackReason reason, UErrorCode *status) {
  wt_icu_decoder *decoder = (wt_icu_decoder *)context;
  (void)bytes;
  (void)length;
  if (reason > UCNV_IRREGULAR || decoder->strict) return;
  static const UChar mark = 0xFFFD;
  decoder->replaced++;
  *status = U_ZERO_ERROR;
  ucnv_cbToUWriteUChars(args, &mark, 1, 0, status);
}

int32_t wt_icu_open_decoder(const char *name, int32_t strict, wt_icu_decoder **decoder) {
  *decoder = NULL;
  wt_icu_decoder *made = calloc(1, sizeof *made);
  if (!made) return U_MEMORY_ALLOCATION_ERROR;
  UErrorCode status = U_ZERO_ERROR;
  made->strict = strict;
  made->converter = ucnv_open(name, &status);
  if (U_SUCCESS(status))
    ucnv_setToUCallBack(made->converter, replace, made, NULL, NULL, &status);
  if (U_FAILURE(status)) {
    if (made->converter) ucnv_close(made->converter);
    free(made);
    return status;
  }
  *decoder = made;
  return 0;
}

// Moves units to UTF-8; a high surrogate at the end waits for its low one.
static int32_t give(
    wt_icu_decoder *decoder, int32_t last, uint8_t *out, int32_t capacity, int32_t *given) {
  int32_t length = 0;
  while (decoder->start < decoder->count) {
    UChar32 c = decoder->units[decoder->start];
    int32_t units = 1;
    if (U16_IS_LEAD(c)) {
      if (decoder->start + 1 == decoder->count && !last) break;
      if (decoder->start + 1 < decoder->count
          && U16_IS_TRAIL(decoder->units[decoder->start + 1])) {
        c = U16_GET_SUPPLEMENTARY(c, decoder->units[decoder->start + 1]);
        units = 2;
      }
    }
    if (U_IS_SURROGATE(c)) {
      if (decoder->strict) return U_ILLEGAL_CHAR_FOUND;
      decoder->replaced++;
      c = 0xFFFD;
    }
    if (length + U8_LENGTH(c) > capacity) break;
    U8_APPEND_UNSAFE(out, length, c);
    decoder->start += units;
  }
  *given = length;
  return 0;
}

int32_t wt_icu_decode(
    wt_icu_decoder *decoder, const uint8_t *bytes, int32_t length, int32_t last,
    int32_t *consumed, uint8_t *out, int32_t capacity, int32_t *written) {
  const char *from = (const char *)bytes;
  const char *end = from + length;
  *written = 0;
  for (;;) {
    int32_t given = 0;
    int32_t ended = last && from == end;
    int32_t failure =
        give(decoder, 0, out + *written, capacity - *written, &given);
    *consumed = (int32_t)(from - (const char *)bytes);
    *written += given;
    if (failure) return failure;
    int32_t left = decoder->count - decoder->start;
    if (left > 1) return 0;  // no more room
    // At most a lone surrogate is left: more may follow it.
    if (left) decoder->units[0] = decoder->units[decoder->start];
    decoder->start = 0;
    decoder->count = left;
    if (from == end && !last) return 0;
    UErrorCode status = U_ZERO_ERROR;
    UChar *target = decoder->units + left;
    ucnv_toUnicode(
        decoder->converter, &target, decoder->units + UNITS, &from, end, NULL, (UBool)last,
        &status);
    decoder->count = (int32_t)(target - decoder->units);
    *consumed = (int32_t)(from - (const char *)bytes);
    if (U_FAILURE(status) && status != U_BUFFER_OVERFLOW_ERROR) return status;
    if (ended && decoder->count == left && status != U_BUFFER_OVERFLOW_ERROR) {
      failure = give(decoder, 1, out + *written, capacity - *written, &given);
      *written += given;
      return failure;
    }
  }
}

int64_t wt_icu_replaced(const wt_icu_decoder *decoder) { return decoder->replaced; }

void wt_icu_close_decoder(wt_icu_decoder *decoder) {
  if (!decoder) return;
  ucnv_close(decoder->converter);
  free(decoder);
}
