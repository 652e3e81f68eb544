/*
 * Character references, as far as every HTML parser reads them alike.
 */
#ifndef OF_ITEM_HTML_ENTITIES_H
#define OF_ITEM_HTML_ENTITIES_H

#include <outfeed/str.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The reference that the text begins with, its '&' included: its length in
 * bytes, and the character, one that XML allows. False when it is not known
 * here; that says nothing of other parsers.
 */
bool of_html_reference_read(struct of_str text, size_t *len, uint32_t *character);

#endif
