/* engine/ingest/names.h - host names as scanners and inventories write them: engine/model/hosts.h.
 */
#ifndef AUD_INGEST_NAMES_H
#define AUD_INGEST_NAMES_H

#include "engine/model/hosts.h"

#endif
