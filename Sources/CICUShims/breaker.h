#pragma once
#include "CICUShims.h"

#include <unicode/ubrk.h>
#include <unicode/utext.h>

struct wt_icu_breaker {
  UBreakIterator *iterator;
  UText text;
};
