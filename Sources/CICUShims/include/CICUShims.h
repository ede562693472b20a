// Word breaking, normal forms and case of Unicode text, by the ICU of the system.
//
// ICU renames its functions per version by macros that Swift cannot follow, so only the opaque
// pointers and integers below cross the border. Text is UTF-8 and must be well-formed unless a
// function says otherwise. Lengths and offsets are in bytes.
//
// Functions that can fail return a code: 0 is success, anything above is an ICU error whose name
// wt_icu_error_name gives. ICU's warnings are negative and are not failures.

#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Finds boundaries in one text at a time. Not for use by two threads at once.
typedef struct wt_icu_breaker wt_icu_breaker;

/// Normalises and lower-cases. Not for use by two threads at once.
typedef struct wt_icu_folder wt_icu_folder;

/// Normal forms a folder can be asked for.
enum { WT_ICU_NORM_NONE = 0, WT_ICU_NORM_NFC = 1, WT_ICU_NORM_NFKC = 2 };

/// Fills `text` (at least 16 bytes) with ICU's version, such as "72.1".
void wt_icu_version(char *text);

/// Fills `text` (at least 16 bytes) with the version of Unicode that ICU implements.
void wt_icu_unicode_version(char *text);

/// The name of an error code, valid for ever.
const char *wt_icu_error_name(int32_t code);

/// 1 if ICU knows the language of the locale. ICU itself falls back to the root locale silently.
int32_t wt_icu_knows_locale(const char *locale);

/// 1 if a word boundary always lies between a white-space or CJK punctuation character and the
/// code point, whatever follows it: false for characters that extend what stands before them.
int32_t wt_icu_starts_segment(uint32_t code_point);

/// Opens a word breaker for the locale.
int32_t wt_icu_open_words(const char *locale, wt_icu_breaker **breaker);

/// Gives the breaker a text. The bytes must stay as they are until the next text or the close.
int32_t wt_icu_set_utf8(wt_icu_breaker *breaker, const uint8_t *bytes, int32_t length);

/// Gives the breaker a text in UTF-16; offsets then count code units.
int32_t wt_icu_set_utf16(wt_icu_breaker *breaker, const uint16_t *units, int32_t length);

/// The next boundary after the current one, or -1 at the end of the text.
int32_t wt_icu_next(wt_icu_breaker *breaker);

/// ICU's rule status of the segment that ends at the current boundary: 0 to 99 for spaces, signs
/// and punctuation, 100s numbers, 200s letters, 300s kana, 400s ideographs.
int32_t wt_icu_rule_status(wt_icu_breaker *breaker);

/// Moves over up to `capacity` segments and stores the end and the rule status of each.
/// Returns how many there were; 0 at the end of the text.
int32_t wt_icu_next_batch(
    wt_icu_breaker *breaker, int32_t *ends, int32_t *statuses, int32_t capacity);

/// Closes the breaker; NULL is allowed.
void wt_icu_close_words(wt_icu_breaker *breaker);

/// Opens a folder. `lower` is 1 to lower-case by the rules of the locale.
int32_t wt_icu_open_folder(
    const char *locale, int32_t normal_form, int32_t lower, wt_icu_folder **folder);

/// Normalises, lower-cases and normalises again. `*needed` is the length of the result; nothing
/// is stored when that is above `capacity`, and the call is to be repeated with more room.
int32_t wt_icu_fold(
    wt_icu_folder *folder, const uint8_t *bytes, int32_t length, uint8_t *out, int32_t capacity,
    int32_t *needed);

/// Closes the folder; NULL is allowed.
void wt_icu_close_folder(wt_icu_folder *folder);

#ifdef __cplusplus
}
#endif
