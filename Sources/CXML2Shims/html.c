#include "CXML2Shims.h"

#include <libxml/HTMLparser.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct wt_html_parser {
  htmlParserCtxtPtr context;
  wt_html_handlers handlers;
  void *caller;
};

static void begin(void *data, const xmlChar *name, const xmlChar **attributes) {
  (void)attributes;
  wt_html_parser *parser = data;
  parser->handlers.begin(parser->caller, (const char *)name);
}

static void end(void *data, const xmlChar *name) {
  wt_html_parser *parser = data;
  parser->handlers.end(parser->caller, (const char *)name);
}

static void text(void *data, const xmlChar *characters, int count) {
  wt_html_parser *parser = data;
  parser->handlers.text(parser->caller, characters, count);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

wt_html_parser *wt_html_open(wt_html_handlers handlers, void *caller) {
  pthread_once(&once, xmlInitParser);
  wt_html_parser *parser = calloc(1, sizeof *parser);
  if (parser == NULL) return NULL;
  parser->handlers = handlers;
  parser->caller = caller;
  htmlSAXHandler handler;
  memset(&handler, 0, sizeof handler);
  handler.startElement = begin;
  handler.endElement = end;
  handler.characters = text;
  handler.ignorableWhitespace = text;
  parser->context =
      htmlCreatePushParserCtxt(&handler, parser, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
  if (parser->context == NULL) {
    free(parser);
    return NULL;
  }
  htmlCtxtUseOptions(
      parser->context, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                           HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
  return parser;
}

void wt_html_parse(wt_html_parser *parser, const uint8_t *bytes, int32_t count, int is_last) {
  htmlParseChunk(parser->context, (const char *)bytes, count, is_last);
}

void wt_html_close(wt_html_parser *parser) {
  if (parser == NULL) return;
  htmlFreeParserCtxt(parser->context);
  free(parser);
}
