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
enum {
  WT_ICU_NORM_NONE = 0,
  WT_ICU_NORM_NFC = 1,
  WT_ICU_NORM_NFKC = 2,
  WT_ICU_NORM_NFD = 3,
  WT_ICU_NORM_NFKD = 4,
  WT_ICU_NORM_NFKC_CASEFOLD = 5
};

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

/// What a breaker looks for.
enum { WT_ICU_GRAPHEMES = 0, WT_ICU_WORDS = 1, WT_ICU_SENTENCES = 2 };

/// Opens a breaker for the locale.
int32_t wt_icu_open_breaker(int32_t unit, const char *locale, wt_icu_breaker **breaker);

/// Fills `text` (at least 12 bytes) with the language of a locale, by its shortest code: `sv` for
/// `sv_FI` and for `swe`.
int32_t wt_icu_language(const char *locale, char *text);

/// Compiles rules in ICU's notation (UTF-8) to ICU's binary form, which is allocated and the
/// caller's. Takes some ten milliseconds.
int32_t wt_icu_compile_rules(const char *rules, uint8_t **binary, int32_t *length);

/// Opens a breaker for compiled rules. The binary must stay as it is until the breaker is closed.
int32_t wt_icu_open_compiled(const uint8_t *binary, int32_t length, wt_icu_breaker **breaker);

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
void wt_icu_close_breaker(wt_icu_breaker *breaker);

/// The state machine ICU compiled a breaker's rules to, copied out of ICU.
///
/// A segment is the longest accepted run of characters from its start; state 0 is the stop.
/// `next` has `category_count` columns a state.
typedef struct {
  int32_t state_count;
  int32_t category_count;
  int32_t start_state;
  /// The category that stands behind the last character of the text.
  int32_t end_category;
  /// Characters of this category and above are looked up in dictionaries, beyond the machine.
  int32_t first_dictionary_category;
  uint8_t *next;
  /// 1 for states in which a segment may end.
  uint8_t *accepting;
  /// The rule status of a segment that ends in the state.
  int32_t *status;
  /// The category of each code point, 0 to 0x10FFFF.
  uint8_t *category;
  /// 1 for categories of the scripts of South East Asia that are written without spaces.
  uint8_t is_complex[256];
} wt_icu_rules;

/// Copies the machine of a breaker. Returns 0, an ICU error, or -1 when the machine has a form or
/// features other than those described above; then `rules` is empty.
int32_t wt_icu_copy_rules(wt_icu_breaker *breaker, wt_icu_rules *rules);

/// Frees what the rules hold and empties them.
void wt_icu_free_rules(wt_icu_rules *rules);

/// Opens a folder. `lower` is 1 to lower-case by the rules of the locale.
int32_t wt_icu_open_folder(
    const char *locale, int32_t normal_form, int32_t lower, wt_icu_folder **folder);

/// Normalises, lower-cases and normalises again. `*needed` is the length of the result; nothing
/// is stored when that is above `capacity`, and the call is to be repeated with more room.
int32_t wt_icu_fold(
    wt_icu_folder *folder, const uint8_t *bytes, int32_t length, uint8_t *out, int32_t capacity,
    int32_t *needed);

/// What the folder does to a code point wherever it stands: the code point it becomes in the low
/// 24 bits, with its canonical combining class in the high 8. WT_ICU_FOLD_WHOLE stands for code
/// points that need more than that: the word they are in goes through wt_icu_fold. A word of code
/// points with other entries becomes what the entries say if no class above 0 follows a higher
/// one.
uint32_t wt_icu_fold_entry(wt_icu_folder *folder, uint32_t code_point);
#define WT_ICU_FOLD_WHOLE 0xFF000000u

/// Closes the folder; NULL is allowed.
void wt_icu_close_folder(wt_icu_folder *folder);

/// A transliterator. Not for use by two threads at once.
typedef struct wt_icu_transform wt_icu_transform;

/// Opens the transliterator of an id, such as "Any-Latin; Latin-ASCII"; with `rules` (UTF-8, or
/// NULL) one that follows them, under the id as its name.
int32_t wt_icu_open_transform(const char *id, const char *rules, wt_icu_transform **transform);

/// Transforms a text. `*needed` is the length of the result; when that is above `capacity` the
/// call is to be repeated with more room.
int32_t wt_icu_transform_utf8(
    wt_icu_transform *transform, const uint8_t *bytes, int32_t length, uint8_t *out,
    int32_t capacity, int32_t *needed);

/// Closes the transliterator; NULL is allowed.
void wt_icu_close_transform(wt_icu_transform *transform);

/// Puts UTF-16 text into a normal form. `*needed` is the length of the result; when that is above
/// `capacity` the call is to be repeated with more room. Any number of threads may call it.
int32_t wt_icu_normalize(
    int32_t normal_form, const uint16_t *units, int32_t length, uint16_t *out, int32_t capacity,
    int32_t *needed);

/// A regular expression. Not for use by two threads at once.
typedef struct wt_icu_regex wt_icu_regex;

/// Opens a regular expression (UTF-8), in which `^`, `$` and `.` know lines that end with LF.
int32_t wt_icu_open_regex(const char *pattern, wt_icu_regex **regex);

/// Gives the expression a text, which must stay as it is until the next one or the close.
int32_t wt_icu_regex_set(wt_icu_regex *regex, const uint16_t *units, int32_t length);

/// The next match in the text, by code units; `*start` is -1 when there is none. An expression that
/// takes too many steps or too much room for a text fails.
int32_t wt_icu_regex_next(wt_icu_regex *regex, int32_t *start, int32_t *end);

/// Closes the expression; NULL is allowed.
void wt_icu_close_regex(wt_icu_regex *regex);

/// The encoding some text most likely has: its name goes to `name` (at least 64 bytes; empty if
/// none was found) and how certain that is, 0 to 100, to `confidence`.
int32_t wt_icu_detect_encoding(
    const uint8_t *bytes, int32_t length, char *name, int32_t *confidence);

/// Turns text of some encoding into UTF-8. Not for use by two threads at once.
typedef struct wt_icu_decoder wt_icu_decoder;

/// Opens a decoder by the name of an encoding. If `strict`, what is not text in that encoding is an
/// error, else it becomes U+FFFD and is counted.
int32_t wt_icu_open_decoder(const char *name, int32_t strict, wt_icu_decoder **decoder);

/// Takes bytes and stores UTF-8, `capacity` of it at most (at least 4); `last` is 1 when no bytes
/// follow these. When all bytes are consumed and nothing was written, more bytes are wanted, or,
/// after the last, the text has ended. On an error `*consumed` ends with the offending bytes.
int32_t wt_icu_decode(
    wt_icu_decoder *decoder, const uint8_t *bytes, int32_t length, int32_t last,
    int32_t *consumed, uint8_t *out, int32_t capacity, int32_t *written);

/// How many sequences were replaced so far.
int64_t wt_icu_replaced(const wt_icu_decoder *decoder);

/// Closes the decoder; NULL is allowed.
void wt_icu_close_decoder(wt_icu_decoder *decoder);

#ifdef __cplusplus
}
#endif
