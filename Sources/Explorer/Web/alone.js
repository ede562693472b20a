// A page by itself: what it has is all there is, and nobody is asked for more.

/** Who is asked for words that are not on the page. */
const server = null;
