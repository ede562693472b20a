// Copies the state machine of a break iterator out of ICU's binary rules.
//
// The layout below is that of ICU's rule data, format version 6 (ICU 68 and later). It is not a
// public interface: every number is checked, anything unexpected makes the copy fail, and the
// caller compares the machine with the iterator before trusting it.

#include "breaker.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/ucptrie.h>

// Byte offsets in the header, in the order of ICU's fields.
enum { MAGIC = 0, FORMAT = 4, LENGTH = 8, CATEGORIES = 12, FORWARD = 16, FORWARD_LENGTH = 20,
  TRIE = 32, TRIE_LENGTH = 36, STATUS = 48, STATUS_LENGTH = 52, HEADER_SIZE = 80 };
// Byte offsets in a state table.
enum { STATES = 0, ROW_LENGTH = 4, DICTIONARY = 8, FLAGS = 16, ROWS = 20 };
// Flags of a state table.
enum { BOF_REQUIRED = 2, BYTE_ROWS = 4 };
// A row holds accepting, look-ahead and status index, then the next states.
enum { ROW_HEAD = 3, ACCEPTING = 1 };
enum { FIRST_STATE = 1, END_OF_TEXT = 1, START_OF_TEXT = 2 };
enum { CODE_POINTS = 0x110000, NOT_THIS_FORM = -1 };

typedef struct {
  const uint8_t *bytes;
  size_t length;
} span_t;

static uint32_t word(span_t data, size_t at) {
  uint32_t value = 0;
  if (at + 4 <= data.length) memcpy(&value, data.bytes + at, 4);
  return value;
}

static span_t part(span_t data, size_t offset_at, size_t length_at) {
  span_t none = {NULL, 0};
  uint32_t offset = word(data, offset_at), length = word(data, length_at);
  if (offset < HEADER_SIZE || offset > data.length || length > data.length - offset) return none;
  span_t found = {data.bytes + offset, length};
  return found;
}

static int32_t cell(span_t table, size_t row_length, size_t state, size_t column, int bytes) {
  const uint8_t *row = table.bytes + ROWS + state * row_length;
  if (bytes) return row[column];
  uint16_t value;
  memcpy(&value, row + 2 * column, 2);
  return value;
}

// The rule status at an index of the status table: the highest of its group, which comes last.
static int status_at(span_t table, int32_t index, int32_t *status) {
  size_t count = table.length / 4;
  if ((size_t)index >= count) return 0;
  uint32_t group = word(table, 4 * (size_t)index);
  if (group == 0 || group >= count - (size_t)index) return 0;
  *status = (int32_t)word(table, 4 * ((size_t)index + group));
  return 1;
}

static int copy_states(span_t data, wt_icu_rules *rules) {
  span_t table = part(data, FORWARD, FORWARD_LENGTH);
  span_t statuses = part(data, STATUS, STATUS_LENGTH);
  if (table.length < ROWS || statuses.length < 4) return 0;
  size_t states = word(table, STATES), categories = word(data, CATEGORIES);
  size_t row_length = word(table, ROW_LENGTH), dictionary = word(table, DICTIONARY);
  uint32_t flags = word(table, FLAGS);
  int bytes = (flags & BYTE_ROWS) != 0;
  // States and categories must fit a byte.
  if (states < 2 || states > 255 || categories < 3 || categories > 255) return 0;
  if (row_length < (ROW_HEAD + categories) * (bytes ? 1 : 2)) return 0;
  if (table.length < ROWS + states * row_length) return 0;
  rules->next = malloc(states * categories);
  rules->accepting = malloc(states);
  rules->status = calloc(states, sizeof *rules->status);
  if (!rules->next || !rules->accepting || !rules->status) return 0;
  for (size_t state = 0; state < states; state++) {
    // Above 1 stand the numbers of look-ahead rules: no state may have any.
    int32_t accepting = cell(table, row_length, state, 0, bytes);
    if (accepting > ACCEPTING || cell(table, row_length, state, 1, bytes) > ACCEPTING) return 0;
    rules->accepting[state] = (uint8_t)accepting;
    if (!status_at(statuses, cell(table, row_length, state, 2, bytes), &rules->status[state]))
      return 0;
    for (size_t column = 0; column < categories; column++) {
      int32_t next = cell(table, row_length, state, ROW_HEAD + column, bytes);
      if ((size_t)next >= states) return 0;
      // Where there are dictionaries, no rule may mention the end of the text: a stretch of text
      // from boundary to boundary then is cut as it would be inside the text.
      if (column == END_OF_TEXT && next != 0 && dictionary < categories) return 0;
      rules->next[state * categories + column] = (uint8_t)next;
    }
  }
  rules->state_count = (int32_t)states;
  rules->category_count = (int32_t)categories;
  rules->end_category = END_OF_TEXT;
  rules->start_state = FIRST_STATE;
  // ICU runs every segment from the start-of-text category if the rules ask for it.
  if (flags & BOF_REQUIRED)
    rules->start_state = rules->next[FIRST_STATE * categories + START_OF_TEXT];
  rules->first_dictionary_category = (int32_t)(dictionary < categories ? dictionary : categories);
  return rules->start_state != 0;
}

static int copy_categories(span_t data, wt_icu_rules *rules) {
  span_t bytes = part(data, TRIE, TRIE_LENGTH);
  if (bytes.length == 0 || (uintptr_t)bytes.bytes % 4 != 0) return 0;
  UErrorCode status = U_ZERO_ERROR;
  UCPTrie *trie = ucptrie_openFromBinary(
      UCPTRIE_TYPE_FAST, UCPTRIE_VALUE_BITS_ANY, bytes.bytes, (int32_t)bytes.length, NULL,
      &status);
  if (U_FAILURE(status)) return 0;
  rules->category = malloc(CODE_POINTS);
  int good = rules->category != NULL;
  UChar32 start = 0;
  while (good && start < CODE_POINTS) {
    uint32_t value = 0;
    UChar32 end = ucptrie_getRange(trie, start, UCPMAP_RANGE_NORMAL, 0, NULL, NULL, &value);
    good = end >= start && value < (uint32_t)rules->category_count;
    if (!good) break;
    // Members of a category are members of the same sets of the rules, so one stands for all.
    if ((int32_t)value >= rules->first_dictionary_category
        && u_getIntPropertyValue(start, UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT)
      rules->is_complex[value] = 1;
    memset(rules->category + start, (int)value, (size_t)(end - start) + 1);
    start = end + 1;
  }
  ucptrie_close(trie);
  return good;
}

int32_t wt_icu_copy_rules(wt_icu_breaker *breaker, wt_icu_rules *rules) {
  const wt_icu_rules empty = {0};
  *rules = empty;
  UErrorCode status = U_ZERO_ERROR;
  uint32_t length = ubrk_getBinaryRules(breaker->iterator, NULL, 0, &status);
  if (U_FAILURE(status)) return status;
  if (length < HEADER_SIZE || length > (64u << 20)) return NOT_THIS_FORM;
  uint8_t *bytes = malloc(length);
  if (!bytes) return U_MEMORY_ALLOCATION_ERROR;
  status = U_ZERO_ERROR;
  ubrk_getBinaryRules(breaker->iterator, bytes, (int32_t)length, &status);
  span_t data = {bytes, length};
  static const uint8_t format[4] = {6, 0, 0, 0};
  int good = U_SUCCESS(status) && word(data, MAGIC) == 0xB1A0
             && memcmp(bytes + FORMAT, format, 4) == 0 && word(data, LENGTH) <= length
             && copy_states(data, rules) && copy_categories(data, rules);
  free(bytes);
  if (good) return 0;
  wt_icu_free_rules(rules);
  return U_FAILURE(status) ? (int32_t)status : NOT_THIS_FORM;
}

void wt_icu_free_rules(wt_icu_rules *rules) {
  const wt_icu_rules empty = {0};
  free(rules->next);
  free(rules->accepting);
  free(rules->status);
  free(rules->category);
  *rules = empty;
}
