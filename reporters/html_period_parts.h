/* reporters/html_period_parts.h - the parts of the section on a period. */
#ifndef AUD_REPORTERS_HTML_PERIOD_PARTS_H
#define AUD_REPORTERS_HTML_PERIOD_PARTS_H

#include "engine/model/period_info.h"
#include "reporters/html.h"

/* html_outlook.c: what shorter lives of certificates will ask for. */
void aud_html_outlook(aud_html *h);

#endif
