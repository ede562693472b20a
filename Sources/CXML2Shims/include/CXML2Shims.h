// libxml2's parser of HTML, as a stream of elements and text. Its own headers bring ICU's along, which
// Swift must not see beside those of Foundation.
#ifndef WT_XML2_SHIMS_H
#define WT_XML2_SHIMS_H

#include <stdint.h>

typedef struct wt_html_parser wt_html_parser;

// What a parser calls back with: the context that it was opened with, names that end in 0, and text of a
// length, all UTF-8 and valid during the call.
typedef struct {
  void (*_Nonnull begin)(void *_Nullable context, const char *_Nonnull element);
  void (*_Nonnull end)(void *_Nullable context, const char *_Nonnull element);
  void (*_Nonnull text)(void *_Nullable context, const uint8_t *_Nonnull text, int32_t count);
} wt_html_handlers;

// A parser of markup in UTF-8; NULL without memory. Nothing that the markup names is loaded, and the
// encoding that it names is ignored.
wt_html_parser *_Nullable wt_html_open(wt_html_handlers handlers, void *_Nullable context);

// Parses the next bytes, the last ones where `is_last` is not 0, and calls back. What is no HTML is passed
// over.
void wt_html_parse(
    wt_html_parser *_Nonnull parser, const uint8_t *_Nullable bytes, int32_t count, int is_last);

void wt_html_close(wt_html_parser *_Nullable parser);

#endif
