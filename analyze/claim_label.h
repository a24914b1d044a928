/* claim_label: what the label of a line says that its value is ("Duration: 2 h", "| Root cause | ... |"). */
#ifndef ANALYZE_CLAIM_LABEL_H
#define ANALYZE_CLAIM_LABEL_H

#include "analyze/prose.h"

enum claim_label {
	LABEL_NONE,
	LABEL_SKIP, /* about the document, not the incident: its author, its state */
	LABEL_DATE,
	LABEL_WINDOW,
	LABEL_START,
	LABEL_END,
	LABEL_DURATION,
	LABEL_ZONE,
	LABEL_CAUSE,
	LABEL_IMPACT,
};

/* The label that a block begins with; *value is then where its value begins, in bytes. */
enum claim_label claim_label(const struct prose_block *b, size_t *value);

#endif
